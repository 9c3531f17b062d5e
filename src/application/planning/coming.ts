import { type Instant, instant, plus } from '../../domain/instant.js';
import { type Context, following, type Job, jitterOf } from '../../domain/job/index.js';
import { boundsOf } from '../../domain/schedule/schedule.js';
import { invalidArgument } from '../api/arguments.js';

/** An occurrence that will be started unless something changes, and when: its jitter is added. */
export type Coming = { readonly occurrence: Instant; readonly startAt: Instant };

const mostCounted = 100_000;

/**
 * What a job will start, one after the other, as long as nobody changes it; `after` leaves out what comes up to then. A custom schedule
 * may throw `CalculatorFailure`.
 */
export function* coming(job: Job, context: Context, after: Instant | null = null): Generator<Coming, void, undefined> {
  const jitterMs = jitterOf(job);
  let taken = 0;
  const counts = boundsOf(job.definition.schedule).maxRuns !== undefined;
  for (let at = first(job, context); at !== null; at = following(job, at, context, taken)) {
    if (after !== null && at <= after) {
      // Where runs are counted those before it take their part; else they need not be walked through.
      if (counts && ++taken > mostCounted) throw invalidArgument('after', 'lies too far ahead of a schedule whose runs are counted');
      if (!counts) at = instant(Math.max(at, after));
      continue;
    }
    taken++;
    yield { occurrence: at, startAt: instant(Math.max(plus(at, jitterMs), job.paused?.until ?? 0)) };
  }
}

/** A pause with an end leaves out what comes before it; but a job that runs once runs then. */
const first = (job: Job, context: Context): Instant | null => {
  const { paused, nextRunAt } = job;
  if (nextRunAt === null || !paused) return nextRunAt;
  if (paused.until === undefined) return null;
  if (nextRunAt >= paused.until || job.definition.schedule.kind === 'once') return nextRunAt;
  return following(job, instant(paused.until - 1), context);
};
