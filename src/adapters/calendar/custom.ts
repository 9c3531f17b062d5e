import type { Millis } from '../../domain/instant.js';
import type { JsonObject } from '../../domain/json.js';
import { CalculatorFailure, type ScheduleOwner } from '../../domain/schedule/calendar.js';
import type { CustomSchedule } from '../../domain/schedule/schedule.js';
import { lastInstant } from './civil.js';
import { epochOf } from './dateValue.js';

/** Answers the first occurrence strictly later than `after`, or null when none follows. It must be pure: same question, same answer. */
export type Calculator = (
  after: Date,
  options: JsonObject,
  context: { readonly timezone: string; readonly organization: string },
) => Date | null;

/** The main thread waits for an answer: whoever takes longer holds up every other job. */
const budgetMs: Millis = 1_000;

export const nextOfCustom = (
  calculators: ReadonlyMap<string, Calculator>,
  { calculator, options, timezone }: CustomSchedule,
  after: number,
  { organization }: ScheduleOwner,
  stopwatch: () => Millis,
): number | null => {
  const calculate = calculators.get(calculator);
  if (calculate === undefined)
    throw new CalculatorFailure(
      'CALCULATOR_MISSING',
      `No calculator ${JSON.stringify(calculator)} is registered here; add it to customSchedules`,
    );
  let answer: unknown;
  const askedAtMs = stopwatch();
  try {
    answer = calculate(new Date(after), options ?? {}, { timezone, organization });
  } catch (cause) {
    throw new CalculatorFailure('CALCULATOR_FAILED', `Calculator ${JSON.stringify(calculator)} threw`, { cause });
  }
  const tookMs = stopwatch() - askedAtMs;
  if (tookMs > budgetMs)
    throw new CalculatorFailure(
      'CALCULATOR_FAILED',
      `Calculator ${JSON.stringify(calculator)} took ${Math.round(tookMs)} ms for an answer; it may take at most ${budgetMs} ms`,
    );
  if (answer === null) return null;
  const at = epochOf(answer);
  if (at !== null && at > after && at <= lastInstant) return at;
  throw new CalculatorFailure(
    'CALCULATOR_FAILED',
    `Calculator ${JSON.stringify(calculator)} must answer null or a valid Date later than ${new Date(after).toISOString()} and before year 10000`,
  );
};
