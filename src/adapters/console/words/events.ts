import type { LogEvent } from '../api/wire.js';
import { duration } from './duration.js';
import { printable } from './printable.js';

type Tone = 'good' | 'bad' | 'wait' | 'run' | 'plain';

export const toneOf = ({ type, data }: LogEvent): Tone => {
  switch (type) {
    case 'ExecutionCompleted':
      return 'good';
    case 'ExecutionFailed':
      return data.final === true ? 'bad' : 'wait';
    case 'ExecutionStarted':
      return 'run';
    case 'ExecutionRetryScheduled':
    case 'OccurrencesSkipped':
      return 'wait';
    default:
      return 'plain';
  }
};

/** What happened, in a few words that follow the job's name. */
export const eventInWords = ({ type, data }: LogEvent): string => {
  switch (type) {
    case 'JobScheduled':
      return `scheduled${by(data)}`;
    case 'JobRescheduled':
      return `changed: ${printable(listOf(data.changed))}${by(data)}`;
    case 'JobPaused':
      return `paused${by(data)}${note(data)}`;
    case 'JobResumed':
      return `resumed${by(data)}${note(data)}`;
    case 'JobCancelled':
      return `cancelled${by(data)}${note(data)}`;
    case 'JobCompleted':
      return data.reason === 'missed' ? 'ended: its only time passed unwatched' : 'ended: no occurrences left';
    case 'JobDeleted':
      return `deleted${by(data)}`;
    case 'ExecutionQueued':
      return `queued (${triggers[String(data.trigger)] ?? String(data.trigger)})${by(data)}`;
    case 'ExecutionStarted':
      return `attempt ${data.attempt} started on ${printable(String(data.node))}`;
    case 'ExecutionCompleted':
      return `completed in ${duration(Number(data.durationMs))}`;
    case 'ExecutionFailed':
      return `attempt ${data.attempt} ${data.final === true ? 'failed for good' : 'failed'} (${String(data.cause)}): ${errorOf(data)}`;
    case 'ExecutionRetryScheduled':
      return `to be tried again in ${duration(Number(data.backoffMs))}`;
    case 'ExecutionCancelRequested':
      return `asked to stop${by(data)}${note(data)}`;
    case 'ExecutionCancelled':
      return `execution cancelled${by(data)}${note(data)}`;
    case 'OccurrencesSkipped':
      return `${data.atLeast === true ? 'at least ' : ''}${data.count} skipped (${String(data.reason)})`;
    case 'JobCompacted':
      return 'older history dropped by retention';
  }
};

export const triggers: Readonly<Record<string, string>> = {
  schedule: 'by schedule',
  manual: 'by hand',
  catchUp: 'made up for',
  backfill: 'backfill',
};

const by = ({ by: who }: LogEvent['data']): string => (typeof who === 'string' ? ` by ${printable(who)}` : '');
const note = ({ note: text }: LogEvent['data']): string => (typeof text === 'string' ? `: ${printable(text)}` : '');
const listOf = (value: unknown): string => (Array.isArray(value) ? value.join(', ') : String(value));

const errorOf = ({ error }: LogEvent['data']): string =>
  typeof error === 'object' && error !== null && 'message' in error ? printable(String(error.message).slice(0, 300)) : '';
