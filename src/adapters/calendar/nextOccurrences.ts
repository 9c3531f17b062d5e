import { check, countOf, fieldsOf, invalidArgument, together } from '../../application/api/arguments.js';
import { refused, SchedulerError } from '../../domain/errors.js';
import { type Instant, instant } from '../../domain/instant.js';
import { CalculatorFailure } from '../../domain/schedule/calendar.js';
import { createCalendar } from './calendar.js';
import type { Calculator } from './custom.js';
import { epochOf } from './dateValue.js';
import type { ScheduleIssue } from './input.js';
import { readSchedule } from './parseSchedule.js';

export type OccurrenceQuery = {
  /** Occurrences strictly later than this are listed. */
  readonly after: Date;
  readonly count: number;
  /** Not later than this. */
  readonly until?: Date;
  /** Decides what `H` in a cron expression means. */
  readonly jobId?: string;
  /** Without them a custom schedule is refused. */
  readonly calculators?: ReadonlyMap<string, Calculator>;
};

const mostOccurrences = 100_000;

/**
 * The first `count` occurrences after `after` of a schedule in the user's shape: no store, no clock. An anchor left out is `after`. Throws
 * `SchedulerError` for a schedule that is wrong or has no occurrence at all; one that has had its last answers none.
 */
export const nextOccurrences = (schedule: unknown, query: OccurrenceQuery): Date[] => {
  const {
    count = Number.NaN,
    jobId = '',
    calculators = new Map<string, Calculator>(),
    ...given
  } = fieldsOf<OccurrenceQuery>('query', query);
  const [after, until] = together(
    () => dateArgument('after', given.after),
    () => (given.until === undefined ? Number.POSITIVE_INFINITY : dateArgument('until', given.until)),
    () => countOf('count', count, mostOccurrences, 0),
    () => check(typeof jobId === 'string', 'jobId', 'must be a text'),
    () => check(calculators instanceof Map, 'calculators', 'must be a Map of calculators by name'),
  );

  const parsed = readSchedule(schedule, { now: after, calculators });
  if (!parsed.ok) throw refusal(parsed.issues);
  const calendar = createCalendar(calculators);
  const owner = { jobId, organization: 'default' };
  try {
    if (parsed.schedule.kind !== 'custom' && calendar.next(parsed.schedule, instant(-1), owner) === null)
      throw refusal([{ path: 'schedule', message: 'never fires: it has no occurrence at all', code: 'INVALID_SCHEDULE' }]);
    const found: Date[] = [];
    let at: Instant | null = after;
    while (found.length < count) {
      at = calendar.next(parsed.schedule, at, owner);
      if (at === null || at > until) break;
      found.push(new Date(at));
    }
    return found;
  } catch (error) {
    if (!(error instanceof CalculatorFailure)) throw error;
    throw new SchedulerError(error.code === 'CALCULATOR_MISSING' ? error.code : 'INVALID_SCHEDULE', error.message, { cause: error });
  }
};

const dateArgument = (name: string, value: unknown): Instant => {
  const at = epochOf(value);
  if (at === null) throw invalidArgument(name, 'must be a valid Date');
  return instant(at);
};

const refusal = (issues: readonly ScheduleIssue[]): SchedulerError => {
  const code = issues.every((issue) => issue.code === 'CALCULATOR_MISSING') ? 'CALCULATOR_MISSING' : 'INVALID_SCHEDULE';
  return refused(code, issues);
};
