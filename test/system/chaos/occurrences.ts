import type { PublishedEvent } from '../../../src/application/api/types.js';
import type { Millis } from '../../../src/domain/instant.js';

/** A job as it was scheduled, and the instants (epoch milliseconds) at which it was to run. */
export type PlannedJob = { readonly jobName: string; readonly due: readonly Millis[] };

/** A line that a handler wrote when it began or ended, on the disk of the machine it ran on. */
export type Witness = {
  readonly what: 'begin' | 'end';
  readonly jobName: string;
  readonly scheduledFor: string;
  readonly executionId: string;
  readonly attempt: number;
  readonly node: string;
  readonly at: Millis;
};

type Given = {
  readonly planned: readonly PlannedJob[];
  readonly witnesses: readonly Witness[];
  readonly log: readonly Pick<PublishedEvent, 'jobName' | 'data'>[];
  /** A run begins this long after its due instant at the latest. */
  readonly windowMs: Millis;
};

/** Each by name: `job at instant`, and what is wrong with it where that is not all. */
export type Occurrences = {
  /** Planned runs that are matched with a run of their own. */
  readonly matched: number;
  /** Neither begun nor skipped with a reason. */
  readonly missing: readonly string[];
  /** Not begun: the log says why. */
  readonly skipped: readonly string[];
  /** Begun before their instant. */
  readonly early: readonly string[];
  /** Begun after their window. */
  readonly late: readonly string[];
  /** Begun, and no attempt of them ever ended. */
  readonly unended: readonly string[];
  /** Attempts that began twice, and occurrences with two executions. */
  readonly doubled: readonly string[];
  /** Runs of what nobody planned, and attempts that the log does not know. */
  readonly extra: readonly string[];
  /** Further attempts, each after the log had recorded the end of the one before: not an error, the price of "at least once". */
  readonly repeated: readonly string[];
  readonly longestDelayMs: Millis;
  /** When the last run began that began later than `promptMs` after its instant; null where all were prompt. */
  readonly lastDelayedAt: Millis | null;
};

/** What begins within this time of its instant is not held up by anything. */
const promptMs: Millis = 1_000;

/**
 * Holds what handlers did against what was planned, after the checker that Jepsen wrote for Chronos: each planned occurrence is matched
 * with a run of its own, and whatever is left over on either side is named. A run carries the instant it stands for, so that matching is
 * by key.
 */
export const matchOccurrences = ({ planned, witnesses, log, windowMs }: Given): Occurrences => {
  const runs = runsOf(witnesses);
  const skips = skipsOf(log);
  const plan = new Set(planned.flatMap(({ jobName, due }) => due.map((at) => nameOf(jobName, at))));
  const found = { missing: [] as string[], skipped: [] as string[], early: [] as string[], late: [] as string[], unended: [] as string[] };
  let matched = 0;
  let longestDelayMs = 0;
  let lastDelayedAt: Millis | null = null;

  for (const { jobName, due } of planned)
    for (const dueAt of due) {
      const name = nameOf(jobName, dueAt);
      const run = runs.get(name);
      if (!run) {
        const reason = skips.get(jobName)?.find(({ from, to }) => from <= dueAt && dueAt <= to)?.reason;
        if (reason) found.skipped.push(`${name}: ${reason}`);
        else found.missing.push(name);
        continue;
      }
      matched++;
      const delayMs = run.begunAt - dueAt;
      if (delayMs < 0) found.early.push(`${name}: ${-delayMs} ms`);
      if (delayMs > windowMs) found.late.push(`${name}: ${delayMs} ms`);
      if (!run.hasEnded) found.unended.push(name);
      if (delayMs > promptMs) lastDelayedAt = Math.max(lastDelayedAt ?? 0, run.begunAt);
      longestDelayMs = Math.max(longestDelayMs, delayMs);
    }

  const unplanned = [...runs.keys()].filter((name) => !plan.has(name)).map((name) => `${name}: not planned`);
  const { doubled, unclaimed, repeated } = attemptsOf(runs, log);
  return { ...found, matched, doubled, extra: [...unplanned, ...unclaimed], repeated, longestDelayMs, lastDelayedAt };
};

const nameOf = (jobName: string, at: Millis): string => `${jobName} at ${new Date(at).toISOString()}`;

type Run = { begunAt: Millis; hasEnded: boolean; readonly begins: Witness[] };

/** By the occurrence that they stand for. */
const runsOf = (witnesses: readonly Witness[]): ReadonlyMap<string, Run> => {
  const runs = new Map<string, Run>();
  for (const witness of witnesses) {
    const name = nameOf(witness.jobName, Date.parse(witness.scheduledFor));
    const run: Run = runs.get(name) ?? { begunAt: Number.POSITIVE_INFINITY, hasEnded: false, begins: [] };
    runs.set(name, run);
    if (witness.what === 'end') run.hasEnded = true;
    else {
      run.begins.push(witness);
      run.begunAt = Math.min(run.begunAt, witness.at);
    }
  }
  return runs;
};

type Skip = { readonly from: Millis; readonly to: Millis; readonly reason: string };

const skipsOf = (log: Given['log']): ReadonlyMap<string, readonly Skip[]> => {
  const skips = new Map<string, Skip[]>();
  for (const { jobName, data } of log) if (data.type === 'OccurrencesSkipped') skips.set(jobName, [...(skips.get(jobName) ?? []), data]);
  return skips;
};

const attemptsOf = (runs: ReadonlyMap<string, Run>, log: Given['log']) => {
  const claimed = new Set(log.flatMap(({ data }) => (data.type === 'ExecutionStarted' ? [keyOf(data)] : [])));
  const failed = new Set(log.flatMap(({ data }) => (data.type === 'ExecutionFailed' ? [keyOf(data)] : [])));
  const doubled: string[] = [];
  const unclaimed: string[] = [];
  const repeated: string[] = [];
  for (const [name, { begins }] of runs) {
    const seen = new Set<string>();
    const executions = new Set(begins.map(({ executionId }) => executionId));
    if (executions.size > 1) doubled.push(`${name}: ${executions.size} executions`);
    for (const begin of begins) {
      const { executionId, attempt, node } = begin;
      const which = `${name}: attempt ${attempt} on ${node}`;
      if (seen.has(keyOf(begin))) doubled.push(which);
      seen.add(keyOf(begin));
      if (!claimed.has(keyOf(begin))) unclaimed.push(`${which}, which the log does not know`);
      if (attempt === 1) continue;
      if (failed.has(keyOf({ executionId, attempt: attempt - 1 }))) repeated.push(which);
      else doubled.push(`${which}, whose attempt before had not failed`);
    }
  }
  return { doubled, unclaimed, repeated };
};

const keyOf = ({ executionId, attempt }: Pick<Witness, 'executionId' | 'attempt'>): string => `${executionId}#${attempt}`;
