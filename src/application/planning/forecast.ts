import type { Instant, Millis } from '../../domain/instant.js';
import { boundsOf } from '../../domain/schedule/schedule.js';
import type { Forecast } from '../api/types.js';
import type { JobRow } from '../ports/readModels.js';
import { mean } from '../projections/sketch.js';
import { splitStream } from '../streams.js';
import type { Observer } from './simulation.js';

/** How long a run takes of which none was recorded yet. */
const assumedMs = 1_000;
const minuteMs = 60_000;
const shownMinutes = 10;
const shownNames = 10;
const mostSuggestions = 50;
/** Runs that start in one minute without anybody having wanted that. */
const manyStarts = 10;

/** `streams`: whose runs start then, or would if there were room. */
type Minute = { starts: number; active: number; waited: number; readonly streams: Set<string> };
type Totals = { runs: number; skipped: number };

/** Counts what a simulation does, minute by minute. */
export class Tally implements Observer {
  readonly minutes = new Map<number, Minute>();
  readonly byJob = new Map<string, Totals>();
  runs = 0;
  peak: { readonly at: Instant; readonly active: number } | null = null;

  started(stream: string, at: Instant, active: number): void {
    this.runs++;
    const minute = this.#minuteOf(at, active);
    minute.starts++;
    minute.streams.add(stream);
    this.#of(stream).runs++;
  }

  waited(stream: string, at: Instant, active: number): void {
    const minute = this.#minuteOf(at, active);
    minute.waited++;
    minute.streams.add(stream);
  }

  skipped(stream: string, count: number): void {
    this.#of(stream).skipped += count;
  }

  #minuteOf(at: Instant, active: number): Minute {
    const key = Math.floor(at / minuteMs);
    const minute = this.minutes.get(key) ?? { starts: 0, active: 0, waited: 0, streams: new Set() };
    this.minutes.set(key, minute);
    minute.active = Math.max(minute.active, active);
    if (active > (this.peak?.active ?? 0)) this.peak = { at, active };
    return minute;
  }

  #of(stream: string): Totals {
    const totals = this.byJob.get(stream) ?? { runs: 0, skipped: 0 };
    this.byJob.set(stream, totals);
    return totals;
  }
}

export const durationOf = ({ stats }: JobRow): Millis => mean(stats.durations) ?? assumedMs;

type Counted = { readonly tally: Tally; readonly rows: readonly JobRow[]; readonly concurrency: number };

/** What was counted, in words for people who plan. */
export const presentForecast = ({ tally, rows, concurrency }: Counted): Omit<Forecast, 'organization' | 'from' | 'until' | 'complete'> => {
  const known = new Map(rows.map((row) => [row.stream, row]));
  const hottest = [...tally.minutes].sort(([a, x], [b, y]) => y.active - x.active || y.starts - x.starts || a - b).slice(0, shownMinutes);
  const busy = hottest.filter(([, { streams, waited }]) => streams.size > 1 || waited > 0);
  const jobs = [...tally.byJob].map(([stream, totals]) => ({ row: known.get(stream), ...totals }));
  return {
    concurrency,
    jobs: rows.length,
    runs: tally.runs,
    skipped: jobs.reduce((sum, { skipped }) => sum + skipped, 0),
    peak: tally.peak && { at: new Date(tally.peak.at), active: tally.peak.active },
    hotMinutes: busy
      .sort(([a], [b]) => a - b)
      .map(([key, { starts, active, waited, streams }]) => ({
        minute: new Date(key * minuteMs),
        starts,
        active,
        waited,
        jobs: [...streams].slice(0, shownNames).map(nameOf),
      })),
    hours: hoursOf(tally),
    suggestions: suggestionsOf(tally, known, concurrency),
    busiest: jobs
      .flatMap(({ row, runs, skipped }) => (row ? [{ ...loadOf(row, runs), skipped }] : []))
      .sort((a, b) => b.busyMs - a.busyMs || (a.jobName < b.jobName ? -1 : 1))
      .slice(0, shownNames),
    unmeasured: rows
      .filter(({ stats, stream }) => stats.durations.count === 0 && tally.byJob.has(stream))
      .map(({ stream }) => nameOf(stream)),
  };
};

const hoursOf = ({ minutes }: Tally): Forecast['hours'] => {
  const hours = new Map<number, { starts: number; active: number; waited: number }>();
  for (const [minute, { starts, active, waited }] of minutes) {
    const key = Math.floor(minute / 60);
    const hour = hours.get(key) ?? { starts: 0, active: 0, waited: 0 };
    hours.set(key, { starts: hour.starts + starts, active: Math.max(hour.active, active), waited: hour.waited + waited });
  }
  return [...hours].sort(([a], [b]) => a - b).map(([key, counted]) => ({ hour: new Date(key * 60 * minuteMs), ...counted }));
};

const nameOf = (stream: string): string => splitStream(stream).jobName;

const loadOf = (row: JobRow, runs: number) => {
  const averageDurationMs = mean(row.stats.durations);
  return { jobName: nameOf(row.stream), runs, averageDurationMs, busyMs: Math.round(runs * (averageDurationMs ?? assumedMs)) };
};

/** Jobs that start together where it costs: spread, so that half of the slots are enough for them. */
const suggestionsOf = (tally: Tally, known: ReadonlyMap<string, JobRow>, concurrency: number): Forecast['suggestions'] => {
  const worst = new Map<string, { readonly key: number; readonly minute: Minute }>();
  for (const [key, minute] of tally.minutes) {
    if (minute.streams.size < 2 || (minute.waited === 0 && minute.streams.size < manyStarts)) continue;
    for (const stream of minute.streams)
      if (minute.streams.size > (worst.get(stream)?.minute.streams.size ?? 0)) worst.set(stream, { key, minute });
  }
  return [...worst]
    .flatMap(([stream, { key, minute }]) => {
      const row = known.get(stream);
      const jitterMs = row === undefined ? null : jitterFor(row, minute, known, concurrency);
      return jitterMs === null
        ? []
        : [{ jobName: nameOf(stream), jitterMs, minute: new Date(key * minuteMs), starts: minute.streams.size }];
    })
    .sort((a, b) => b.starts - a.starts || (a.jobName < b.jobName ? -1 : 1))
    .slice(0, mostSuggestions);
};

const niceMs = [10_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000];

/** Null for a job that has a jitter already, or runs once. */
const jitterFor = ({ state }: JobRow, { streams }: Minute, known: ReadonlyMap<string, JobRow>, concurrency: number): Millis | null => {
  if (state.kind === 'absent' || state.definition.schedule.kind === 'once') return null;
  if (boundsOf(state.definition.schedule).jitterMs !== undefined) return null;
  const workMs = [...streams].reduce((sum, stream) => {
    const row = known.get(stream);
    return sum + (row ? durationOf(row) : assumedMs);
  }, 0);
  const neededMs = workMs / Math.max(1, concurrency / 2);
  return niceMs.find((ms) => ms >= neededMs) ?? niceMs.at(-1) ?? null;
};
