import { appended } from '../../domain/appended.js';
import { type Instant, type Millis, plus } from '../../domain/instant.js';
import type { ExecutionRow, ExecutionStatus } from '../ports/readModels.js';
import { emptySketch, record, type Sketch } from './sketch.js';

type Outcome = Extract<ExecutionStatus, 'completed' | 'failed' | 'cancelled'>;
export type DayCount = { readonly day: string; readonly completed: number; readonly failed: number; readonly cancelled: number };

/** Counts of finished executions of one job (not of attempts), kept over its whole life. */
export type JobStats = {
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly retries: number;
  readonly skipped: number;
  /** From first start to end, completed executions only. */
  readonly durations: Sketch;
  /** First start minus the instant it was planned for, scheduled executions only. */
  readonly lateness: { readonly count: number; readonly sum: Millis; readonly max: Millis };
  /** UTC days with an execution, the newest last. */
  readonly days: readonly DayCount[];
  /** How many executions in a row ended like the last one. */
  readonly streak: { readonly outcome: Outcome; readonly count: number } | null;
  readonly lastExecution: {
    readonly executionId: string;
    readonly status: Outcome;
    readonly startedAt: Instant | null;
    readonly finishedAt: Instant | null;
    readonly durationMs: Millis | null;
  } | null;
  readonly lastSuccessAt: Instant | null;
  readonly lastFailureAt: Instant | null;
};

const keptDays = 35;

export const emptyStats: JobStats = {
  completed: 0,
  failed: 0,
  cancelled: 0,
  retries: 0,
  skipped: 0,
  durations: emptySketch,
  lateness: { count: 0, sum: 0, max: 0 },
  days: [],
  streak: null,
  lastExecution: null,
  lastSuccessAt: null,
  lastFailureAt: null,
};

/** Counts an execution that has just ended. */
export const countFinished = (stats: JobStats, row: ExecutionRow, outcome: Outcome, at: Instant): JobStats => ({
  ...stats,
  [outcome]: stats[outcome] + 1,
  durations: outcome === 'completed' && row.durationMs !== null ? record(stats.durations, row.durationMs) : stats.durations,
  days: countDay(stats.days, outcome, at),
  streak: { outcome, count: stats.streak?.outcome === outcome ? stats.streak.count + 1 : 1 },
  lastExecution: {
    executionId: row.executionId,
    status: outcome,
    startedAt: row.startedAt,
    finishedAt: row.finishedAt,
    durationMs: row.durationMs,
  },
  lastSuccessAt: outcome === 'completed' ? at : stats.lastSuccessAt,
  lastFailureAt: outcome === 'failed' ? at : stats.lastFailureAt,
});

/** Counts the first start of a scheduled execution: how late it was, its jitter taken off. */
export const countStart = (stats: JobStats, row: ExecutionRow, startedAt: Instant, jitterMs: Millis): JobStats => {
  if (row.trigger !== 'schedule' && row.trigger !== 'catchUp') return stats;
  const late = Math.max(0, startedAt - plus(row.scheduledFor, jitterMs));
  const { count, sum, max } = stats.lateness;
  return { ...stats, lateness: { count: count + 1, sum: sum + late, max: Math.max(max, late) } };
};

const dayMs = 86_400_000;
let lastDay = { number: 0, text: '1970-01-01' };

/** As text; asked for the same day again and again, and the formatting of a date is slow. */
const dayOf = (at: Instant): string => {
  const number = Math.floor(at / dayMs);
  if (number !== lastDay.number) lastDay = { number, text: new Date(at).toISOString().slice(0, 10) };
  return lastDay.text;
};

const countDay = (days: readonly DayCount[], outcome: Outcome, at: Instant): readonly DayCount[] => {
  const day = dayOf(at);
  const found = days.findIndex((d) => d.day === day);
  const before = days[found] ?? { day, completed: 0, failed: 0, cancelled: 0 };
  const counted = { ...before, [outcome]: before[outcome] + 1 };
  return found >= 0 ? days.with(found, counted) : appended(days, counted).slice(-keptDays);
};
