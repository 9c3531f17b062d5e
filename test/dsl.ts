import { expect } from 'vitest';
import { createCalendar } from '../src/adapters/calendar/index.js';
import type { Decider } from '../src/domain/decider.js';
import { type Instant, instant } from '../src/domain/instant.js';
import {
  type Job,
  type JobCommand,
  type JobDefinition,
  type JobEvent,
  type JobRejection,
  type JobState,
  jobDecider,
} from '../src/domain/job/index.js';
import type { CronSchedule, OnceSchedule, Schedule } from '../src/domain/schedule/schedule.js';

/** given(events).when(command).then(events) | .thenNothing() | .thenRejected(rejection) */
export const specFor =
  <S, C, E, R>({ initialState, decide, evolve }: Decider<S, C, E, R>) =>
  (...given: readonly E[]) => ({
    when: (command: C) => {
      const state = given.reduce(evolve, initialState);
      const { states, ...decision } = { states: undefined, ...decide(command, state) };
      // Where deciding hands out the states it led through, they are those of a replay.
      if (decision.ok && states !== undefined) expect(states).toStrictEqual(foldsOf(decision.events, state, evolve));
      return {
        // biome-ignore lint/suspicious/noThenProperty: nobody awaits a specification
        then: (...events: readonly E[]) => expect(decision).toStrictEqual({ ok: true, events }),
        thenNothing: () => expect(decision).toEqual({ ok: true, events: [] }),
        thenRejected: (rejection: Partial<R>) => expect(decision).toMatchObject({ ok: false, rejection }),
      };
    },
  });

const foldsOf = <S, E>(events: readonly E[], from: S, evolve: (state: S, event: E) => S): readonly S[] => {
  let state = from;
  return events.map((event) => {
    state = evolve(state, event);
    return state;
  });
};

const calendar = createCalendar(new Map());
export const decider = jobDecider({ calendar, organization: 'acme' });
export const given = specFor<JobState, JobCommand, JobEvent, JobRejection>(decider);

/** The job after these events. */
export const jobOf = (...events: readonly JobEvent[]): Job => {
  const state = events.reduce(decider.evolve, decider.initialState);
  if (state.kind === 'absent') throw new Error('these events leave no job');
  return state;
};

/** What one more command makes of a job. Throws where it is refused. */
export const next = (job: JobState, command: JobCommand): { readonly job: Job; readonly events: readonly JobEvent[] } => {
  const decision = decider.decide(command, job);
  if (!decision.ok) throw new Error(`${command.type} was refused: ${decision.rejection.code}`);
  const state = decision.events.reduce(decider.evolve, job);
  if (state.kind === 'absent') throw new Error(`${command.type} leaves no job`);
  return { job: state, events: decision.events };
};

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A time of Monday, 2 March 2026, in UTC; `days` later if given. */
export const at = (time: string, days = 0): Instant => instant(Date.parse(`2026-03-02T${time}Z`) + days * day);

export const hourly: CronSchedule = { kind: 'cron', expression: '0 * * * *', timezone: 'UTC' };
export const once = (runAt: Instant): OnceSchedule => ({ kind: 'once', runAt });

/** The defaults of the contract, without jitter. */
export const definition = (given: Partial<JobDefinition> = {}): JobDefinition => ({
  jobType: 'report',
  schedule: hourly,
  parameters: { format: 'pdf' },
  priority: 'normal',
  maxAttempts: 3,
  timeoutMs: 5 * minute,
  backoff: { type: 'exponential', delay: second, factor: 2, maxDelay: hour, jitter: 0 },
  overlap: 'skip',
  misfire: { policy: 'once', max: 100 },
  isolation: 'inline',
  tags: [],
  retention: { maxExecutions: 1_000, maxAgeMs: 90 * day },
  ...given,
});

type Of<T extends JobEvent['type']> = Extract<JobEvent, { type: T }>;
export type Some<T extends JobEvent['type']> = Partial<Of<T>>;
type Do<T extends JobCommand['type']> = Extract<JobCommand, { type: T }>;

/** Created at half past eight. */
export const scheduled = (some: Partial<JobDefinition> = {}, { nextRunAt, ...event }: Some<'JobScheduled'> = {}): JobEvent => ({
  type: 'JobScheduled',
  jobId: 'job-1',
  definition: definition(some),
  nextRunAt: nextRunAt === undefined ? firstOf(some.schedule ?? hourly) : nextRunAt,
  ...event,
});

const firstOf = (schedule: Schedule): Instant | null =>
  schedule.kind === 'once' ? schedule.runAt : calendar.next(schedule, at('08:30'), { jobId: 'job-1', organization: 'acme' });

/** An hourly occurrence, queued at its time. */
export const queued = (executionId: string, scheduledFor: Instant, event: Some<'ExecutionQueued'> = {}): JobEvent => ({
  type: 'ExecutionQueued',
  executionId,
  scheduledFor,
  trigger: 'schedule',
  priority: 'normal',
  queuedAt: scheduledFor,
  nextRunAt: instant(scheduledFor + hour),
  ...event,
});

export const started = (executionId: string, startedAt: Instant, event: Some<'ExecutionStarted'> = {}): JobEvent => ({
  type: 'ExecutionStarted',
  executionId,
  attempt: 1,
  node: 'n1',
  startedAt,
  timeoutAt: instant(startedAt + 5 * minute),
  fencingToken: 1,
  revision: 1,
  ...event,
});

export const completed = (executionId: string, finishedAt: Instant, event: Some<'ExecutionCompleted'> = {}): JobEvent => ({
  type: 'ExecutionCompleted',
  executionId,
  attempt: 1,
  finishedAt,
  durationMs: minute,
  ...event,
});

export const boom = { name: 'Error', message: 'boom' };

export const failed = (executionId: string, finishedAt: Instant, event: Some<'ExecutionFailed'> = {}): JobEvent => ({
  type: 'ExecutionFailed',
  executionId,
  attempt: 1,
  finishedAt,
  durationMs: minute,
  error: boom,
  cause: 'error',
  final: false,
  ...event,
});

/** Attempt 2 follows after `backoffMs`. */
export const retried = (executionId: string, failedAt: Instant, backoffMs = second, attempt = 2): JobEvent => ({
  type: 'ExecutionRetryScheduled',
  executionId,
  attempt,
  retryAt: instant(failedAt + backoffMs),
  backoffMs,
});

export const cancelled = (executionId: string, finishedAt: Instant, event: Some<'ExecutionCancelled'> = {}): JobEvent => ({
  type: 'ExecutionCancelled',
  executionId,
  finishedAt,
  ...event,
});

/** Occurrences of an hourly job that will not run, both ends included. */
export const skipped = (
  reason: Of<'OccurrencesSkipped'>['reason'],
  from: Instant,
  to: Instant,
  event: Some<'OccurrencesSkipped'> = {},
): JobEvent => ({
  type: 'OccurrencesSkipped',
  from,
  to,
  count: (to - from) / hour + 1,
  reason,
  nextRunAt: instant(to + hour),
  ...event,
});

export const paused = (pausedAt: Instant, event: Some<'JobPaused'> = {}): JobEvent => ({ type: 'JobPaused', at: pausedAt, ...event });
export const exhausted: JobEvent = { type: 'JobCompleted', reason: 'exhausted' };
export const missed: JobEvent = { type: 'JobCompleted', reason: 'missed' };

/** New job ids are `job-1`; an update carries another, which is not used. */
export const schedule = (now: Instant, some: Partial<JobDefinition> = {}, command: Partial<Do<'ScheduleJob'>> = {}): JobCommand => ({
  type: 'ScheduleJob',
  now,
  newJobId: 'job-1',
  definition: definition(some),
  ...command,
});

/** A wake-up on a node that has watched since midnight and has one slot; new executions are called n1, n2 ... */
export const wake = (now: Instant, command: Partial<Do<'Wake'>> = {}): JobCommand => {
  let made = 0;
  return { type: 'Wake', now, node: 'n1', watchedSince: at('00:00'), slots: 1, newExecutionId: () => `n${++made}`, ...command };
};

export const pause = (now: Instant, command: Partial<Do<'PauseJob'>> = {}): JobCommand => ({ type: 'PauseJob', now, ...command });
export const resume = (now: Instant, command: Partial<Do<'ResumeJob'>> = {}): JobCommand => ({ type: 'ResumeJob', now, ...command });
export const cancel = (now: Instant, command: Partial<Do<'CancelJob'>> = {}): JobCommand => ({ type: 'CancelJob', now, ...command });
export const remove = (now: Instant, command: Partial<Do<'DeleteJob'>> = {}): JobCommand => ({ type: 'DeleteJob', now, ...command });

export const runNow = (executionId: string, now: Instant, command: Partial<Do<'RunNow'>> = {}): JobCommand => ({
  type: 'RunNow',
  now,
  executionId,
  ...command,
});

export const cancelExecution = (executionId: string, now: Instant, command: Partial<Do<'CancelExecution'>> = {}): JobCommand => ({
  type: 'CancelExecution',
  now,
  executionId,
  ...command,
});

export const complete = (executionId: string, now: Instant, command: Partial<Do<'CompleteAttempt'>> = {}): JobCommand => ({
  type: 'CompleteAttempt',
  now,
  executionId,
  attempt: 1,
  durationMs: minute,
  ...command,
});

export const fail = (executionId: string, now: Instant, command: Partial<Do<'FailAttempt'>> = {}): JobCommand => ({
  type: 'FailAttempt',
  now,
  executionId,
  attempt: 1,
  durationMs: minute,
  error: boom,
  cause: 'error',
  retryable: true,
  ...command,
});

/** The manual execution that `runNow` queues. */
export const manual = (executionId: string, now: Instant, event: Some<'ExecutionQueued'> = {}): JobEvent =>
  queued(executionId, now, { trigger: 'manual', ...event });
