import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCalendar } from '../../src/adapters/calendar/index.js';
import { type Instant, instant } from '../../src/domain/instant.js';
import {
  type Execution,
  type Job,
  type JobCommand,
  type JobDecider,
  type JobDefinition,
  type JobEvent,
  type JobState,
  jobDecider,
  misfirePolicies,
  overlapPolicies,
  workAt,
} from '../../src/domain/job/index.js';
import { jitterOffset } from '../../src/domain/schedule/jitter.js';
import { boundsOf, type IntervalSchedule, type OnceSchedule } from '../../src/domain/schedule/schedule.js';
import { at, boom, definition, minute, second } from '../dsl.js';

// Scripts of steps against a clock that only moves forward, each step drawn relative to the job as it stands. What a script did is
// kept as a journal; a property reads the journal, and a planted fault shows that it would notice.

type Entry = {
  readonly now: Instant;
  readonly command: JobCommand;
  readonly before: JobState;
  readonly events: readonly JobEvent[];
  readonly after: JobState;
};
type Property = (journal: readonly Entry[], decider: JobDecider) => void;
type World = { readonly now: Instant; readonly watchedSince: Instant; readonly newId: () => string };
type Step = (state: JobState, world: World) => JobCommand;
type Rule = IntervalSchedule | OnceSchedule;

/** What a failing script is printed with. */
const called = (name: string, step: Step): Step => Object.assign(step, { [fc.toStringMethod]: () => name });

const begin = at('08:30');
const real = jobDecider({ calendar: createCalendar(new Map()), organization: 'acme' });

const rule: fc.Arbitrary<Rule> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record({
        value: fc.integer({ min: 1, max: 6 }),
        anchorDefaulted: fc.boolean(),
        jitterMs: fc.option(fc.integer({ min: 1, max: minute }), { nil: undefined }),
        maxRuns: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined, freq: 3 }),
        endAt: fc.option(
          fc.integer({ min: 5, max: 60 }).map((n) => instant(begin + n * minute)),
          { nil: undefined, freq: 4 },
        ),
      })
      .map(({ value, anchorDefaulted, jitterMs, maxRuns, endAt }) => ({
        kind: 'interval' as const,
        value,
        unit: 'minutes' as const,
        timezone: 'UTC',
        anchor: begin,
        ...(anchorDefaulted && { anchorDefaulted: true as const }),
        ...(jitterMs !== undefined && { jitterMs }),
        ...(maxRuns !== undefined && { maxRuns }),
        ...(endAt !== undefined && { endAt }),
      })),
  },
  fc.integer({ min: 0, max: 30 }).map((n) => ({ kind: 'once' as const, runAt: instant(begin + n * minute) })),
);

const terms: fc.Arbitrary<JobDefinition> = fc
  .record({
    schedule: rule,
    overlap: fc.constantFrom(...overlapPolicies),
    policy: fc.constantFrom(...misfirePolicies),
    windowMs: fc.option(fc.integer({ min: minute, max: 20 * minute }), { nil: undefined }),
    max: fc.constantFrom(1, 3, 100),
    maxAttempts: fc.integer({ min: 1, max: 3 }),
    delay: fc.constantFrom(0, second, 3 * minute),
  })
  .map(({ schedule, overlap, policy, windowMs, max, maxAttempts, delay }) =>
    definition({
      schedule,
      overlap,
      maxAttempts,
      misfire: { policy, max, ...(windowMs !== undefined && { windowMs }) },
      backoff: { type: 'constant', delay, jitter: 0.2 },
    }),
  );

const executionsOf = (state: JobState): readonly Execution[] => (state.kind === 'job' ? state.executions : []);
const oneOf = (executions: readonly Execution[], nth: number): Execution | undefined => executions[nth % Math.max(1, executions.length)];
const runningOne = (state: JobState, nth: number) =>
  oneOf(
    executionsOf(state).filter((e) => e.phase === 'running'),
    nth,
  );

const wakeWith = (slots: number): Step =>
  called(`wake with ${slots} slots`, (_, { now, watchedSince, newId }) => ({
    type: 'Wake',
    now,
    node: 'n1',
    watchedSince,
    slots,
    newExecutionId: newId,
  }));

const end = (nth: number, how: 'complete' | 'fail' | 'lose' | 'abort' | 'late'): Step =>
  called(`${how} attempt ${nth}`, (state, { now }) => {
    const e = runningOne(state, nth);
    const ended = { now, executionId: e?.executionId ?? 'nobody', attempt: (e?.attempt ?? 1) - (how === 'late' ? 1 : 0), durationMs: 1 };
    if (how === 'complete' || how === 'late') return { type: 'CompleteAttempt', ...ended };
    const cause = how === 'lose' ? 'lost' : how === 'abort' ? 'shutdown' : 'error';
    return { type: 'FailAttempt', ...ended, error: boom, cause, retryable: nth % 7 !== 6 };
  });

const update = (fresh: JobDefinition, which: 'all' | 'priority' | 'same', enabled?: boolean): Step =>
  called(`schedule ${which} ${which === 'all' ? JSON.stringify(fresh) : ''} enabled ${enabled}`, (state, { now, watchedSince, newId }) => {
    const old = state.kind === 'job' ? state.definition : fresh;
    const { schedule } = fresh;
    const fromNow = schedule.kind === 'once' ? { ...schedule, runAt: instant(Math.max(schedule.runAt, now)) } : schedule;
    const next = {
      all: { ...fresh, schedule: fromNow },
      priority: { ...old, priority: old.priority === 'low' ? ('normal' as const) : ('low' as const) },
      same: old,
    }[which];
    return { type: 'ScheduleJob', now, watchedSince, newJobId: newId(), definition: next, ...(enabled !== undefined && { enabled }) };
  });

const pauseFor = (minutes?: number): Step =>
  called(`pause for ${minutes} minutes`, (_, { now }) => ({
    type: 'PauseJob',
    now,
    ...(minutes !== undefined && { until: instant(now + minutes * minute) }),
  }));

const cancelOne = (nth: number): Step =>
  called(`cancel execution ${nth}`, (state, { now }) => ({
    type: 'CancelExecution',
    now,
    executionId: oneOf(executionsOf(state), nth)?.executionId ?? 'nobody',
  }));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.constantFrom(0, 1, 1, 3).map(wakeWith) },
  {
    weight: 8,
    arbitrary: fc.tuple(fc.nat(20), fc.constantFrom('complete', 'complete', 'fail', 'lose', 'abort', 'late')).map((a) => end(...a)),
  },
  { weight: 2, arbitrary: fc.constant(called('runNow', (_, { now, newId }) => ({ type: 'RunNow', now, executionId: newId() }))) },
  { weight: 2, arbitrary: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }).map(pauseFor) },
  { weight: 2, arbitrary: fc.constant(called('resume', (_, { now }) => ({ type: 'ResumeJob', now }))) },
  { weight: 2, arbitrary: fc.nat(20).map(cancelOne) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(terms, fc.constantFrom('all', 'priority', 'same'), fc.constantFrom(undefined, undefined, true, false))
      .map((a) => update(...a)),
  },
  { weight: 1, arbitrary: fc.constant(called('cancel', (_, { now }) => ({ type: 'CancelJob', now }))) },
  { weight: 1, arbitrary: fc.constant(called('delete', (_, { now }) => ({ type: 'DeleteJob', now }))) },
);

const pass = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 3 * minute }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 30 * minute }) },
);
const script = fc.record({
  first: terms,
  // `restart`: nobody watched while this time passed.
  steps: fc.array(fc.record({ pass, restart: fc.nat(9).map((n) => n === 0), step }), { minLength: 1, maxLength: 40, size: 'max' }),
});
type Script = { readonly first: JobDefinition; readonly steps: readonly { pass: number; restart: boolean; step: Step }[] };

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
};

/** Runs a script, then lets everything come to its end: pauses are over, attempts complete, slots are free. */
const play = ({ first, steps }: Script, decider: JobDecider): readonly Entry[] => {
  const journal: Entry[] = [];
  let state = decider.initialState;
  let now = begin;
  let watchedSince = begin;
  let ids = 0;
  const world = (): World => ({ now, watchedSince, newId: () => `id-${++ids}` });
  const give = (command: JobCommand): readonly JobEvent[] => {
    const decision = decider.decide(command, state);
    if (!decision.ok) return [];
    const before = state;
    state = frozen(decision.events.reduce(decider.evolve, state));
    journal.push({ now, command, before, events: frozen(decision.events), after: state });
    return decision.events;
  };
  give(update(first, 'all')(state, world()));
  for (const { pass: ms, restart, step: next } of steps) {
    now = instant(now + ms);
    if (restart) watchedSince = now;
    give(next(state, world()));
  }
  give({ type: 'ResumeJob', now });
  for (let i = 0, idle = 0; i < 2_000 && idle < 2; i++) {
    const events = give(wakeWith(100)(state, world()));
    const waitsUntil = Math.max(now, ...executionsOf(state).map((e) => (e.phase === 'retrying' ? e.retryAt : now)));
    const ended = executionsOf(state).filter((e) => e.phase === 'running');
    for (const _ of ended) give(end(0, 'complete')(state, world()));
    if (waitsUntil > now) now = instant(waitsUntil);
    idle = events.length + ended.length === 0 && executionsOf(state).length === 0 ? idle + 1 : 0;
  }
  return journal;
};

const told = (journal: readonly Entry[]): string =>
  journal
    .map(({ now, command, events }) =>
      [`${new Date(now).toISOString()} ${command.type}`, ...events.map((e) => `  ${JSON.stringify(e)}`)].join('\n'),
    )
    .join('\n');

const eventsOf = (journal: readonly Entry[]) => journal.flatMap(({ events }) => events);
const options = { numRuns: 150, seed: 20260302 };

/** Holds for the real rules, and fails for each of the faults. */
const holds = (name: string, property: Property, faults: { readonly [fault: string]: (decider: JobDecider) => JobDecider }): void => {
  describe(name, () => {
    const judged = (decider: JobDecider) =>
      fc.property(script, (s) => {
        const journal = play(s, decider);
        try {
          property(journal, decider);
        } catch (error) {
          throw new Error(`${error}\n${told(journal)}`, { cause: error });
        }
      });
    it('always', () => fc.assert(judged(real), options));
    it.each(Object.entries(faults))('except where %s', (_, plant) => {
      expect(fc.check(judged(plant(real)), { ...options, endOnFailure: true }).failed).toBe(true);
    });
  });
};

/** A decider some of whose events are changed on their way out. */
const emitting =
  (change: (events: readonly JobEvent[], command: JobCommand, state: JobState) => readonly JobEvent[]) =>
  (decider: JobDecider): JobDecider => ({
    ...decider,
    decide: (command, state) => {
      const decision = decider.decide(command, state);
      return decision.ok ? { ok: true, events: change(decision.events, command, state) } : decision;
    },
  });
/** A decider that takes the job for another than it is. */
const seeing =
  (change: (job: Job, command: JobCommand) => Job) =>
  (decider: JobDecider): JobDecider => ({
    ...decider,
    decide: (command, state) => decider.decide(command, state.kind === 'job' ? change(state, command) : state),
  });
const evolving =
  (change: (next: JobState, event: JobEvent, before: JobState) => JobState) =>
  (decider: JobDecider): JobDecider => ({
    ...decider,
    evolve: (state, event) => change(decider.evolve(state, event), event, state),
  });
const drop = (type: JobEvent['type']) => emitting((events) => events.filter((e) => e.type !== type));

holds(
  'the state is the fold of the events',
  (journal, { evolve, initialState }) => {
    expect(eventsOf(journal).reduce(evolve, initialState)).toEqual(journal.at(-1)?.after ?? initialState);
  },
  {
    'evolve remembers something of its own': (decider) => {
      let calls = 0;
      return evolving((next) => (next.kind === 'job' && ++calls % 5 === 0 ? { ...next, revision: next.revision + 1 } : next))(decider);
    },
    'evolve changes the state it was given': evolving((next, event, before) => {
      if (event.type === 'ExecutionQueued' && before.kind === 'job') (before.executions as Execution[]).splice(0);
      return next;
    }),
  },
);

holds(
  'a state survives JSON',
  (journal) => {
    for (const { after } of journal) expect(JSON.parse(JSON.stringify(after))).toStrictEqual(after);
  },
  {
    'a field is undefined': evolving((next) => (next.kind === 'job' ? ({ ...next, note: undefined } as Job) : next)),
    'a field is a Date': evolving((next) => (next.kind === 'job' ? ({ ...next, at: new Date(0) } as Job) : next)),
  },
);

holds(
  'one decision has at most a hundred events, but for the ends of what is active',
  (journal) => {
    for (const { command, before, events } of journal) {
      const ends = command.type === 'CancelJob' || command.type === 'DeleteJob' ? executionsOf(before).length + 2 : 0;
      expect(events.length).toBeLessThanOrEqual(Math.max(100, ends));
    }
  },
  {
    'a long decision is not cut off': emitting((events) =>
      events.length > 2 ? Array.from({ length: 101 }, () => events[0] as JobEvent) : events,
    ),
  },
);

holds(
  'what is satisfied already appends nothing',
  (journal, { decide }) => {
    for (const { command, after } of journal) {
      if (command.type === 'Wake' || command.type === 'RunNow') continue;
      const again = decide(command, after);
      if (command.type === 'ScheduleJob' && after.kind === 'absent') continue;
      expect(again.ok ? again.events : []).toEqual([]);
    }
  },
  {
    'a pause is recorded every time': (decider) => ({
      ...decider,
      decide: (command, state) =>
        command.type === 'PauseJob' && state.kind === 'job'
          ? { ok: true, events: [{ type: 'JobPaused', at: command.now }] }
          : decider.decide(command, state),
    }),
    'equality looks at the order of keys': seeing((job, command) =>
      command.type === 'ScheduleJob' ? { ...job, definition: { ...job.definition, description: 'not as it was' } } : job,
    ),
    'a cancellation is asked for again and again': seeing((job, command) =>
      command.type === 'CancelExecution'
        ? { ...job, executions: job.executions.map((e) => (e.phase === 'running' ? (({ cancelRequested: _, ...rest }) => rest)(e) : e)) }
        : job,
    ),
  },
);

holds(
  'whoever is woken in time has something to decide, and nobody earlier',
  (journal, { decide }) => {
    let made = 0;
    const wokenAt = (now: Instant, state: JobState) => {
      const decision = decide({ type: 'Wake', now, node: 'n1', watchedSince: begin, slots: 1, newExecutionId: () => `w${++made}` }, state);
      return decision.ok ? decision.events.length : 0;
    };
    for (const { after, now } of journal) {
      const due = after.kind === 'job' ? workAt(after) : null;
      if (due === null) expect(wokenAt(instant(begin + 1_000 * minute), after)).toBe(0);
      else {
        expect(wokenAt(due, after)).toBeGreaterThan(0);
        if (due > now) expect(wokenAt(instant(due - 1), after)).toBe(0);
      }
    }
  },
  {
    'retries are forgotten': seeing((job, command) =>
      command.type === 'Wake' ? { ...job, executions: job.executions.filter((e) => e.phase !== 'retrying') } : job,
    ),
    'it starts a second early': (decider) => ({
      ...decider,
      decide: (command, state) =>
        decider.decide(command.type === 'Wake' ? { ...command, now: instant(command.now + second) } : command, state),
    }),
  },
);

holds(
  'attempts are numbered 1, 2, 3 ... and each ends once',
  (journal) => {
    const attempts = new Map<string, { number: number; running: boolean; over: boolean }>();
    for (const event of eventsOf(journal)) {
      if (event.type === 'JobDeleted') attempts.clear();
      if (event.type === 'ExecutionQueued') {
        expect(attempts.has(event.executionId)).toBe(false);
        attempts.set(event.executionId, { number: 0, running: false, over: false });
      }
      if (!('executionId' in event)) continue;
      const e = attempts.get(event.executionId);
      if (!e) throw new Error(`${event.type} of an execution that was never queued`);
      expect(e.over).toBe(false);
      switch (event.type) {
        case 'ExecutionStarted':
          expect([event.attempt, e.running]).toEqual([e.number + 1, false]);
          Object.assign(e, { number: event.attempt, running: true });
          break;
        case 'ExecutionCompleted':
        case 'ExecutionFailed':
          expect([event.attempt, e.running]).toEqual([e.number, true]);
          Object.assign(e, { running: false, over: event.type === 'ExecutionCompleted' || event.final });
          break;
        case 'ExecutionRetryScheduled':
          expect([event.attempt, e.running]).toEqual([e.number + 1, false]);
          break;
        case 'ExecutionCancelled':
          e.over = true;
      }
    }
    expect([...attempts.values()].every((e) => e.over)).toBe(true);
  },
  {
    'an aborted attempt leaves no number': emitting((events, _, state) =>
      events.map((e) =>
        e.type === 'ExecutionStarted'
          ? { ...e, attempt: 1 + (executionsOf(state).find((x) => x.executionId === e.executionId)?.failures ?? 0) }
          : e,
      ),
    ),
    'a late result is taken': seeing((job, command) =>
      command.type === 'CompleteAttempt'
        ? { ...job, executions: job.executions.map((e) => (e.phase === 'running' ? { ...e, attempt: command.attempt } : e)) }
        : job,
    ),
    'the end of an attempt is not recorded': drop('ExecutionFailed'),
  },
);

holds(
  'no attempt starts while another runs, unless the policy is allow',
  (journal) => {
    for (const { before, events } of journal) {
      let state = before;
      for (const event of events) {
        if (event.type === 'ExecutionStarted' && state.kind === 'job' && state.definition.overlap !== 'allow')
          expect(state.executions.filter((e) => e.phase === 'running')).toEqual([]);
        state = real.evolve(state, event);
      }
    }
  },
  {
    'the policy is not looked at': seeing((job, command) =>
      command.type === 'Wake' ? { ...job, definition: { ...job.definition, overlap: 'allow' } } : job,
    ),
  },
);

holds(
  'nothing starts after a pause, a cancellation or a deletion but what was asked for by hand since',
  (journal) => {
    let held: 'paused' | 'cancelled' | 'deleted' | null = null;
    let byHand = new Set<string>();
    for (const event of eventsOf(journal)) {
      switch (event.type) {
        case 'JobScheduled':
          held = event.paused ? 'paused' : null;
          break;
        case 'JobPaused':
          held = 'paused';
          byHand = new Set();
          break;
        case 'JobCancelled':
          if (held !== 'paused') held = 'cancelled';
          byHand = new Set();
          break;
        case 'JobDeleted':
          held = 'deleted';
          byHand = new Set();
          break;
        case 'JobResumed':
          held = null;
          break;
        case 'JobRescheduled':
          if (event.changed.includes('active') && held === 'cancelled') held = null;
          break;
        case 'ExecutionQueued':
          if (event.trigger === 'manual') byHand.add(event.executionId);
          break;
        case 'ExecutionStarted':
          if (held) expect(byHand).toContain(event.executionId);
      }
    }
  },
  {
    'a pause is overlooked': seeing((job, command) => (command.type === 'Wake' ? { ...job, paused: null } : job)),
    'a pause does not hold what was asked for before it': evolving((next, event, before) =>
      event.type === 'JobPaused' && next.kind === 'job' && before.kind === 'job'
        ? { ...next, executions: before.executions.map((e) => ({ ...e, exempt: true as const })) }
        : next,
    ),
    'a cancellation lets retries go on': drop('ExecutionCancelled'),
  },
);

holds(
  'fencing tokens grow with every start, whatever became of the job',
  (journal) => {
    let last = 0;
    for (const event of eventsOf(journal)) {
      if (event.type !== 'ExecutionStarted') continue;
      expect(event.fencingToken).toBeGreaterThan(last);
      last = event.fencingToken;
    }
  },
  {
    'a deletion forgets them': evolving((next) => (next.kind === 'absent' ? { ...next, fencingToken: 0 } : next)),
    'a retry keeps its token': emitting((events, _, state) =>
      events.map((e) =>
        e.type === 'ExecutionStarted' && e.attempt > 1 && state.kind === 'job' ? { ...e, fencingToken: state.fencingToken } : e,
      ),
    ),
  },
);

/** The instants that a rule names, counted out without any calendar. */
const occurrencesOf = (schedule: JobDefinition['schedule'], after: number, upTo: number): readonly number[] => {
  if (schedule.kind === 'once') return schedule.runAt <= upTo ? [schedule.runAt] : [];
  if (schedule.kind !== 'interval') throw new Error('scripts know one-time jobs and intervals');
  const found: number[] = [];
  for (let k = schedule.anchorDefaulted ? 1 : 0; ; k++) {
    const occurrence = schedule.anchor + k * schedule.value * minute;
    if (occurrence > Math.min(upTo, schedule.endAt ?? upTo)) return found;
    if (occurrence > after) found.push(occurrence);
  }
};

/** A schedule from the moment it was set to the moment it went, and what became of its occurrences. */
type Reign = {
  readonly schedule: JobDefinition['schedule'];
  readonly from: number;
  readonly offset: number;
  readonly fates: Map<number, string[]>;
  /** Runs that count towards its maxRuns, and were started before it came back. */
  readonly before: number;
  until: number | 'deleted' | null;
  /** Whether its runs had all been started, or waited to start, when it went. */
  usedUp: boolean;
};

const startsOf = ({ fates }: Reign): number => [...fates.values()].flat().filter((fate) => fate === 'started').length;

const reignsOf = (journal: readonly Entry[]): readonly Reign[] => {
  const reigns: Reign[] = [];
  const queued = new Map<string, { readonly reign: Reign; readonly occurrence: number; started: boolean }>();
  let jobId = '';
  const set = (schedule: JobDefinition['schedule'], now: number, before = 0): void => {
    const offset = jitterOffset(boundsOf(schedule).jitterMs, jobId);
    reigns.push({ schedule, from: schedule.kind === 'once' ? 0 : now, offset, fates: new Map(), before, until: null, usedUp: false });
  };
  const end = (how: number | 'deleted'): void => {
    const reign = reigns.at(-1);
    if (reign?.until !== null) return;
    const waiting = [...queued.values()].filter((e) => e.reign === reign && !reign.fates.has(e.occurrence)).length;
    const { maxRuns = Number.POSITIVE_INFINITY } = boundsOf(reign.schedule);
    reign.usedUp = reign.before + startsOf(reign) + waiting >= maxRuns;
    reign.until = how;
  };
  const note = (reign: Reign, occurrence: number, fate: string): void =>
    void reign.fates.set(occurrence, [...(reign.fates.get(occurrence) ?? []), fate]);
  for (const { now, events } of journal)
    for (const [i, event] of events.entries()) {
      const reign = reigns.at(-1);
      switch (event.type) {
        case 'JobScheduled':
          jobId = event.jobId;
          set(event.definition.schedule, now);
          break;
        case 'JobRescheduled':
          if (!event.changed.includes('schedule') && !event.changed.includes('active')) break;
          end(now);
          // A schedule that only comes back goes on counting.
          set(event.definition.schedule, now, reign && !event.changed.includes('schedule') ? reign.before + startsOf(reign) : 0);
          break;
        case 'JobCancelled':
          end(now);
          break;
        case 'JobDeleted':
          end('deleted');
          break;
        case 'ExecutionQueued':
          if (reign && event.trigger !== 'manual') queued.set(event.executionId, { reign, occurrence: event.scheduledFor, started: false });
          break;
        case 'ExecutionStarted': {
          const e = queued.get(event.executionId);
          if (e && !e.started) note(e.reign, e.occurrence, 'started');
          if (e) e.started = true;
          break;
        }
        case 'ExecutionCancelled': {
          const e = queued.get(event.executionId);
          const next = events[i + 1];
          const overtaken = next?.type === 'OccurrencesSkipped' && next.from === e?.occurrence && next.to === e.occurrence;
          // The skip that follows is the fate of what was overtaken.
          if (e && !e.started) note(e.reign, e.occurrence, overtaken ? 'skipped' : 'cancelled');
          break;
        }
        case 'OccurrencesSkipped': {
          const before = events[i - 1];
          if (before?.type === 'ExecutionCancelled' && queued.get(before.executionId)?.occurrence === event.from && event.from === event.to)
            break;
          if (!reign) throw new Error('a skip without a schedule');
          const passed = occurrencesOf(reign.schedule, event.from - 1, event.to);
          expect([passed[0], passed.at(-1), passed.length]).toEqual([event.from, event.to, event.count]);
          for (const occurrence of passed) note(reign, occurrence, 'skipped');
        }
      }
    }
  end(journal.at(-1)?.now ?? begin);
  return reigns;
};

holds(
  'every occurrence of an enabled job has exactly one fate: it was started, or skipped with a reason',
  (journal) => {
    for (const reign of reignsOf(journal)) {
      const { schedule, from, offset, fates, before, until, usedUp } = reign;
      const newest = Math.max(0, ...fates.keys());
      expect(before + startsOf(reign)).toBeLessThanOrEqual(boundsOf(schedule).maxRuns ?? Number.POSITIVE_INFINITY);
      for (const occurrence of fates.keys()) expect(occurrencesOf(schedule, from, newest)).toContain(occurrence);
      for (const fate of fates.values()) expect(fate).toHaveLength(1);
      // A deletion leaves nothing to account for; where maxRuns is used up, nothing follows.
      if (until === 'deleted' || until === null) continue;
      for (const occurrence of occurrencesOf(schedule, from, usedUp ? newest : Math.max(newest, until - offset)))
        expect([occurrence, fates.get(occurrence)?.length]).toEqual([occurrence, 1]);
    }
  },
  {
    'skipped occurrences are not recorded': drop('OccurrencesSkipped'),
    'what passed in a pause is not recorded': emitting((events) =>
      events.filter((e) => e.type !== 'OccurrencesSkipped' || e.reason !== 'paused'),
    ),
    'what is due when the schedule changes is lost': emitting((events, command) =>
      command.type === 'ScheduleJob' ? events.filter((e) => e.type !== 'ExecutionQueued' && e.type !== 'OccurrencesSkipped') : events,
    ),
    'what a cancellation finds due is lost': emitting((events, command) =>
      command.type === 'CancelJob' ? events.filter((e) => e.type !== 'OccurrencesSkipped') : events,
    ),
    'a count is one short': emitting((events) =>
      events.map((e) => (e.type === 'OccurrencesSkipped' && e.count > 1 ? { ...e, count: e.count - 1 } : e)),
    ),
    'an occurrence stays due after it was queued': evolving((next, event, before) =>
      event.type === 'ExecutionQueued' && next.kind === 'job' && before.kind === 'job' ? { ...next, nextRunAt: before.nextRunAt } : next,
    ),
    'the one after the next is planned': emitting((events) =>
      events.map((e) =>
        e.type === 'ExecutionQueued' && e.trigger === 'schedule' && e.nextRunAt ? { ...e, nextRunAt: instant(e.nextRunAt + minute) } : e,
      ),
    ),
    'maxRuns is not counted': evolving((next) => (next.kind === 'job' ? { ...next, runsStarted: 0 } : next)),
  },
);
