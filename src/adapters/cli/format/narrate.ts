import type { PublishedEvent } from '../../../application/api/types.js';
import type { ExecutionFailed, ExecutionQueued, JobEvent, OccurrencesSkipped, SkipReason } from '../../../domain/job/index.js';
import type { Tone } from './paint.js';
import { printable, printableJson } from './printable.js';
import { absolute, duration, relative } from './time.js';
import { cut } from './width.js';

/** What happened, on one line and safe to print. `detail` is less important. */
export type Line = { readonly tone: Tone; readonly text: string; readonly detail?: string };

export type Told = { readonly event: PublishedEvent; readonly line: Line };

export type Known = {
  /** Of the job, where it is known. */
  readonly maxAttempts?: number | undefined;
};

export const narrate = ({ data, at }: PublishedEvent, { maxAttempts }: Known = {}): Line => {
  const attempt = (n: number): string => (maxAttempts === undefined ? `${n}` : `${n}/${Math.max(n, maxAttempts)}`);
  switch (data.type) {
    case 'JobScheduled':
      return { tone: 'plain', text: `scheduled${data.paused ? ', paused' : ''}${by(data.by)}; ${nextRun(data.nextRunAt, at)}` };
    case 'JobRescheduled':
      return { tone: 'plain', text: `changed ${data.changed.join(', ')}${by(data.by)}${note(data.note)}; ${nextRun(data.nextRunAt, at)}` };
    case 'JobPaused':
      return {
        tone: 'warn',
        text: `paused${by(data.by)}${data.until === undefined ? '' : ` until ${instant(data.until)}`}${note(data.note)}`,
      };
    case 'JobResumed':
      return { tone: 'plain', text: `resumed${by(data.by)}${note(data.note)}; ${nextRun(data.nextRunAt, at)}` };
    case 'JobCancelled':
      return { tone: 'warn', text: `cancelled${by(data.by)}${note(data.note)}` };
    case 'JobCompleted':
      return data.reason === 'missed' ? { tone: 'bad', text: 'ended: missed its time' } : { tone: 'quiet', text: 'ended: no run is left' };
    case 'JobDeleted':
      return { tone: 'warn', text: `deleted${by(data.by)}` };
    case 'ExecutionQueued':
      return { tone: 'quiet', text: `queued: ${queued(data)}` };
    case 'ExecutionStarted':
      return { tone: 'plain', text: `started attempt ${attempt(data.attempt)}` };
    case 'ExecutionCompleted':
      return {
        tone: 'good',
        text: `completed in ${duration(data.durationMs)}`,
        ...(data.result !== undefined && { detail: cut(printableJson(data.result), longestDetail) }),
      };
    case 'ExecutionFailed':
      return { tone: data.cause === 'snoozed' ? 'quiet' : 'bad', text: failed(data) };
    case 'ExecutionRetryScheduled':
      return { tone: 'warn', text: `retry ${attempt(data.attempt)} in ${duration(data.backoffMs)}` };
    case 'ExecutionCancelRequested':
      return { tone: 'warn', text: `run is asked to stop${by(data.by)}${note(data.note)}` };
    case 'ExecutionCancelled':
      return { tone: 'warn', text: `run cancelled${by(data.by)}${note(data.note)}` };
    case 'OccurrencesSkipped':
      return { tone: 'warn', text: skipped(data) };
    case 'JobCompacted':
      return { tone: 'quiet', text: 'older history dropped' };
  }
};

/** Longer results and messages are cut: `history --json` has all of it. */
const longestDetail = 400;

const by = (who: string | undefined): string => (who === undefined ? '' : ` by ${printable(who)}`);
const note = (text: string | undefined): string => (text === undefined ? '' : `: ${cut(printable(text), longestDetail)}`);
const instant = (epochMs: number): string => absolute(new Date(epochMs));

const nextRun = (next: number | null, at: Date): string =>
  next === null ? 'no run is left' : `next run ${relative(new Date(next), at)}, at ${instant(next)}`;

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

const failed = ({ cause, error, durationMs, final }: ExecutionFailed): string => {
  const message = cut(printable(error.message === '' ? error.name : error.message), longestDetail);
  const over = final ? '; no attempt is left' : '';
  switch (cause) {
    case 'error':
      return `failed: ${message}${over}`;
    case 'timeout':
      return `failed: exceeded its time-out after ${duration(durationMs)}${over}`;
    case 'lost':
      return `failed: its node is gone${over}`;
    case 'shutdown':
      return `stopped: its node shut down${over}`;
    case 'fenced':
      return `stopped: its node lost the store${over}`;
    case 'snoozed':
      return `asks to be called again later${over}`;
  }
};

const skipped = ({ from, to, count, atLeast, reason }: OccurrencesSkipped): string => {
  const when = from === to ? instant(from) : `${instant(from)} to ${instant(to)}`;
  const many = atLeast ? `at least ${count} runs` : count === 1 ? '1 run' : `${count} runs`;
  return `skipped ${many} of ${when}: ${skipReason(reason)}`;
};

export const skipReason = (reason: SkipReason): string => {
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
export const narrateCommit = (events: readonly PublishedEvent[], knownOf: (event: PublishedEvent) => Known): readonly Told[] => {
  const told: Told[] = [];
  for (const [index, event] of events.entries()) {
    const next = events[index + 1]?.data;
    if (next?.type === 'ExecutionStarted' && isAbout(event.data, 'ExecutionQueued', next.executionId)) continue;
    const line = narrate(event, knownOf(event));
    const last = told.at(-1);
    if (event.data.type === 'ExecutionRetryScheduled' && last && isAbout(last.event.data, 'ExecutionFailed', event.data.executionId))
      told[told.length - 1] = { event: last.event, line: { ...last.line, text: `${last.line.text}; ${line.text}` } };
    else told.push({ event, line });
  }
  return told;
};

const isAbout = (data: JobEvent, type: JobEvent['type'], executionId: string): boolean =>
  data.type === type && 'executionId' in data && data.executionId === executionId;
