import type { PublishedEvent } from '../../../application/api/types.js';
import type { ExecutionFailed, ExecutionQueued, JobEvent, OccurrencesSkipped, SkipReason } from '../../../domain/job/index.js';
import type { Tone } from './paint.js';
import { printable, printableResult } from './printable.js';
import { absolute, duration, relative } from './time.js';
import { cut } from './width.js';

/** What happened, on one line and safe to print. `detail` is less important. */
export type Line = { readonly tone: Tone; readonly text: string; readonly detail?: string };

export type Told = { readonly event: PublishedEvent; readonly line: Line };

export type Known = {
  /** Of the job, where it is known. */
  readonly maxAttempts?: number | undefined;
  /** Whether it is of interest which node does it. */
  readonly namesNode?: boolean;
};

export const narrate = ({ data, at }: PublishedEvent, { maxAttempts, namesNode = false }: Known = {}): Line => {
  const attempt = (n: number): string => (maxAttempts === undefined ? `${n}` : `${n}/${Math.max(n, maxAttempts)}`);
  switch (data.type) {
    case 'JobScheduled':
      return { tone: 'plain', ...withNext(`scheduled${data.paused ? ', paused' : ''}${by(data.by)}`, data.nextRunAt, at) };
    case 'JobRescheduled':
      return { tone: 'plain', ...withNext(`changed ${data.changed.join(', ')}${by(data.by)}${note(data.note)}`, data.nextRunAt, at) };
    case 'JobPaused':
      return {
        tone: 'warn',
        text: `paused${by(data.by)}${data.until === undefined ? '' : ` until ${instant(data.until)}`}${note(data.note)}`,
      };
    case 'JobResumed':
      return { tone: 'plain', ...withNext(`resumed${by(data.by)}${note(data.note)}`, data.nextRunAt, at) };
    case 'JobCancelled':
      return { tone: 'warn', text: `cancelled${by(data.by)}${note(data.note)}` };
    case 'JobCompleted':
      return data.reason === 'missed' ? { tone: 'bad', text: 'ended: missed its time' } : { tone: 'quiet', text: 'ended: no run is left' };
    case 'JobDeleted':
      return { tone: 'warn', text: `deleted${by(data.by)}` };
    case 'ExecutionQueued':
      return { tone: 'quiet', text: `queued: ${queued(data)}` };
    case 'ExecutionStarted':
      return { tone: 'plain', text: `started attempt ${attempt(data.attempt)}${namesNode ? ` on ${printable(data.node)}` : ''}` };
    case 'ExecutionCompleted':
      return {
        tone: 'good',
        text: `completed in ${duration(data.durationMs)}`,
        ...(data.result !== undefined && { detail: cut(printableResult(data.result), longestDetail) }),
      };
    case 'ExecutionFailed':
      return { tone: data.cause === 'snoozed' ? 'quiet' : 'bad', text: failed(data, '') };
    case 'ExecutionRetryScheduled':
      return { tone: 'warn', text: `retry ${attempt(data.attempt)} in ${duration(data.backoffMs)}` };
    case 'ExecutionCancelRequested':
      return { tone: 'warn', text: `run is asked to stop${by(data.by)}${note(data.note)}` };
    case 'ExecutionCancelled':
      return { tone: 'warn', text: `run cancelled${by(data.by)}${note(data.note)}` };
    case 'OccurrencesSkipped':
      return { tone: 'warn', ...skipped(data) };
    case 'JobCompacted':
      return { tone: 'quiet', text: 'older history dropped' };
  }
};

/** Longer results and messages are cut: `history --json` has all of it. */
const longestDetail = 400;

const by = (who: string | undefined): string => (who === undefined ? '' : ` by ${printable(who)}`);
const note = (text: string | undefined): string => (text === undefined ? '' : `: ${cut(printable(text), longestDetail)}`);
const instant = (epochMs: number): string => absolute(new Date(epochMs));

const withNext = (what: string, next: number | null, at: Date): Pick<Line, 'text' | 'detail'> => {
  if (next === null) return { text: `${what}; no run is left` };
  if (next <= at.getTime()) return { text: `${what}; due now` };
  return { text: `${what}; next run ${relative(new Date(next), at)}`, detail: `at ${instant(next)}` };
};

const queued = ({ trigger, scheduledFor, by: who }: ExecutionQueued): string => {
  switch (trigger) {
    case 'schedule':
      return `due since ${instant(scheduledFor)}`;
    case 'manual':
      return `run by hand${by(who)}`;
    case 'catchUp':
      return `makes up for ${instant(scheduledFor)}`;
    case 'backfill':
      return `backfill of ${instant(scheduledFor)}`;
  }
};

/** Why comes last, because it may be long. */
const failed = ({ cause, error, durationMs, final }: ExecutionFailed, then: string): string => {
  const message = cut(printable(error.message === '' ? error.name : error.message), longestDetail);
  const next = final ? ' for good' : then;
  switch (cause) {
    case 'error':
      return `failed${next}: ${message}`;
    case 'timeout':
      return `failed${next}: exceeded its time-out after ${duration(durationMs)}`;
    case 'lost':
      return `failed${next}: its node is gone`;
    case 'shutdown':
      return `stopped${next}: its node shut down`;
    case 'fenced':
      return `stopped${next}: its node lost the store`;
    case 'snoozed':
      return `asks to be called again later${next}`;
  }
};

const skipped = ({ from, to, count, atLeast, reason }: OccurrencesSkipped): Pick<Line, 'text' | 'detail'> => ({
  text: `skipped ${atLeast ? 'at least ' : ''}${count === 1 ? '1 run' : `${count} runs`}: ${skipReason(reason)}`,
  detail: from === to ? instant(from) : `${instant(from)} to ${instant(to)}`,
});

const skipReason = (reason: SkipReason): string => {
  switch (reason) {
    case 'overlap':
      return 'the run before was not over';
    case 'misfire':
      return 'missed while no node was running';
    case 'paused':
      return 'the job was paused';
    case 'excluded':
      return 'excluded by the schedule';
    case 'bounds':
      return 'outside the bounds of the schedule';
    case 'cancelled':
      return 'the job was cancelled';
    case 'bufferFull':
      return 'too many runs were waiting';
  }
};

/**
 * The lines for the events of one commit: a run that starts as soon as it is queued is told by its start, a failure together with
 * the retry that follows it.
 */
export const narrateCommit = (events: readonly PublishedEvent[], knownOf: (event: PublishedEvent) => Known): readonly Told[] =>
  events.flatMap((event, index) => {
    const line = narrate(event, knownOf(event));
    const [before, next] = [events[index - 1]?.data, events[index + 1]];
    const { data } = event;
    if (data.type === 'ExecutionQueued' && isAbout(next?.data, 'ExecutionStarted', data.executionId)) return [];
    if (data.type === 'ExecutionRetryScheduled' && isAbout(before, 'ExecutionFailed', data.executionId)) return [];
    if (data.type !== 'ExecutionFailed' || !next || !isAbout(next.data, 'ExecutionRetryScheduled', data.executionId))
      return [{ event, line }];
    return [{ event, line: { ...line, text: failed(data, `, ${narrate(next, knownOf(next)).text}`) } }];
  });

const isAbout = (data: JobEvent | undefined, type: JobEvent['type'], executionId: string): boolean =>
  data?.type === type && 'executionId' in data && data.executionId === executionId;
