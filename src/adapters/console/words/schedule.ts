import cronstrue from 'cronstrue';
import type { Schedule } from '../api/wire.js';
import { duration } from './duration.js';
import { printable } from './printable.js';
import { rruleInWords } from './rrule.js';
import { absolute, viewerZone } from './time.js';

type Recurring = Exclude<Schedule, { readonly type: 'once' }>;

/** The zone in which a schedule is read; a single instant has none. */
export const zoneOf = (schedule: Schedule): string | null => (schedule.type === 'once' ? null : (schedule.timezone ?? 'UTC'));

/** The zones in which somebody may want to write an instant of a schedule, its own first. */
export const zonesOf = (schedule: Schedule): readonly string[] =>
  [...new Set([zoneOf(schedule), viewerZone, 'UTC'])].filter((zone) => zone !== null);

/** The rule as a sentence without its zone and bounds. */
export const ruleInWords = (schedule: Schedule): string => {
  if (schedule.type === 'once') return `Once, ${absolute(Date.parse(schedule.runAt))}`;
  if (schedule.type === 'custom') return `When “${printable(schedule.calculator)}” says so`;
  if ('cronExpression' in schedule) return cronInWords(schedule.cronExpression);
  if ('interval' in schedule) return everyInWords(schedule.interval.value, schedule.interval.unit);
  return rruleInWords(schedule.rrule);
};

/** The rule as it was written, for those who know the notation; null where the words say all. */
export const ruleAsWritten = (schedule: Schedule): string | null => {
  if (schedule.type === 'once' || schedule.type === 'custom' || 'interval' in schedule) return null;
  return 'cronExpression' in schedule ? schedule.cronExpression : schedule.rrule;
};

/** What narrows the rule. */
export const boundsInWords = (schedule: Schedule): readonly string[] => {
  if (schedule.type === 'once') return [];
  const { startAt, endAt, maxRuns, jitter, exclude } = schedule;
  const zone = schedule.timezone ?? 'UTC';
  return [
    ...anchorInWords(schedule, zone),
    ...(startAt === undefined ? [] : [`from ${absolute(Date.parse(startAt), zone)}`]),
    ...(endAt === undefined ? [] : [`until ${absolute(Date.parse(endAt), zone)}`]),
    ...(maxRuns === undefined ? [] : [maxRuns === 1 ? 'one run only' : `at most ${maxRuns} runs`]),
    ...(jitter === undefined || jitter === 0 ? [] : [`starts spread over ${duration(jitter)}`]),
    ...(exclude === undefined || exclude.length === 0 ? [] : [`${exclude.length} ${exclude.length === 1 ? 'time' : 'times'} excluded`]),
  ];
};

const anchorInWords = (schedule: Recurring, zone: string): readonly string[] =>
  'anchor' in schedule && schedule.anchor !== undefined ? [`counted from ${absolute(Date.parse(schedule.anchor), zone)}`] : [];

const everyInWords = (value: number, unit: string): string => {
  const singular = unit.replace(/s$/, '');
  return value === 1 ? `Every ${singular}` : `Every ${value} ${singular}s`;
};

const sentences = new Map<string, string>();
const mostSentences = 2_000;

const cronInWords = (expression: string): string => {
  const known = sentences.get(expression);
  if (known !== undefined) return known;
  if (sentences.size >= mostSentences) sentences.clear();
  const made = described(expression);
  sentences.set(expression, made);
  return made;
};

/** Not every expression that the scheduler takes is known to the describer: then the expression stands for itself. */
const described = (expression: string): string => {
  try {
    return cronstrue.toString(expression, { use24HourTimeFormat: true });
  } catch {
    return `Cron ${printable(expression)}`;
  }
};
