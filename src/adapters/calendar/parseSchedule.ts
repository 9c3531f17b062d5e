import { type Instant, instant } from '../../domain/instant.js';
import type { Calendar, ScheduleOwner } from '../../domain/schedule/calendar.js';
import type { Schedule } from '../../domain/schedule/schedule.js';
import { secondMs } from './civil.js';
import { cronFaults } from './cron.js';
import type { Calculator } from './custom.js';
import { collectIssues, described, type InputFields, type Issues, readFields, type ScheduleIssue } from './input.js';
import { boundFields, instantField, readBounds, requiredInstant } from './inputBounds.js';
import { readInterval } from './inputInterval.js';
import { readJsonObject } from './inputJson.js';
import { checkOccurrences } from './occurrenceChecks.js';
import { rruleFaults } from './rrule.js';
import { isZone } from './zone.js';

export type ParsedSchedule =
  | { readonly ok: true; readonly schedule: Schedule }
  | { readonly ok: false; readonly issues: readonly ScheduleIssue[] };
export type ParseContext = {
  readonly now: Instant;
  readonly owner: ScheduleOwner;
  readonly calendar: Calendar;
  readonly calculators: ReadonlyMap<string, Calculator>;
};

/**
 * Turns what a user wrote into a schedule, or names every field that is wrong. The input may be anything: it is never trusted to be an
 * object, its getters may throw. Also refused are a schedule without an occurrence in the 100 years after `now`, and one whose jitter is
 * longer than the distance between its occurrences.
 */
export const parseSchedule = (input: unknown, context: ParseContext): ParsedSchedule => {
  const read = readSchedule(input, context);
  if (!read.ok) return read;
  const issues = collectIssues();
  checkOccurrences(read.schedule, context, root, issues);
  return issues.found.length === 0 ? read : { ok: false, issues: issues.found };
};

/** The same without a look at the occurrences. */
export const readSchedule = (input: unknown, { now, calculators }: Pick<ParseContext, 'now' | 'calculators'>): ParsedSchedule => {
  const issues = collectIssues();
  const fields = readFields(input, root, everyField, issues);
  const schedule = fields === null ? undefined : readKind(fields, now, calculators, issues);
  return schedule !== undefined && issues.found.length === 0 ? { ok: true, schedule } : { ok: false, issues: issues.found };
};

const root = 'schedule';
const onceFields = ['type', 'runAt'];
const ruleFields = ['cronExpression', 'interval', 'rrule'] as const;
const recurringFields = ['type', ...ruleFields, 'timezone', 'anchor', ...boundFields];
const customFields = ['type', 'calculator', 'options', 'timezone', ...boundFields];
const everyField = [...new Set([...onceFields, ...recurringFields, ...customFields])];

const readKind = (fields: InputFields, now: Instant, calculators: ParseContext['calculators'], issues: Issues): Schedule | undefined => {
  const type = fields.get('type');
  switch (type) {
    case 'once':
      return readOnce(fields, issues);
    case 'recurring':
      return readRecurring(fields, now, issues);
    case 'custom':
      return readCustom(fields, calculators, issues);
  }
  issues.add(`${root}.type`, `must be 'once', 'recurring' or 'custom'; got ${described(type)}`);
  // The other fields tell what was meant, and theirs are named too.
  if (fields.has('runAt')) readOnce(fields, issues);
  else if (fields.has('calculator')) readCustom(fields, calculators, issues);
  else if (ruleFields.some((name) => fields.has(name))) readRecurring(fields, now, issues);
  return undefined;
};

const refuseOthers = (fields: InputFields, allowed: readonly string[], kind: string, issues: Issues): void => {
  for (const name of fields.keys())
    if (!allowed.includes(name))
      issues.add(`${root}.${name}`, `does not belong to a ${kind} schedule; its fields are ${allowed.join(', ')}`);
};

const readOnce = (fields: InputFields, issues: Issues): Schedule | undefined => {
  refuseOthers(fields, onceFields, 'one-time', issues);
  const runAt = requiredInstant(fields, root, 'runAt', issues);
  return runAt === undefined ? undefined : { kind: 'once', runAt };
};

const readRecurring = (fields: InputFields, now: Instant, issues: Issues): Schedule | undefined => {
  refuseOthers(fields, recurringFields, 'recurring', issues);
  const timezone = readZone(fields, issues);
  const bounds = readBounds(fields, root, issues);
  const anchor = instantField(fields, root, 'anchor', issues);
  const rules = ruleFields.filter((name) => fields.has(name));
  if (rules.length !== 1)
    issues.add(root, `needs exactly one of ${ruleFields.join(', ')}; got ${rules.length === 0 ? 'none' : rules.join(' and ')}`);
  const expression = textField(fields, 'cronExpression', cronFaults, issues);
  const interval = fields.has('interval') ? readInterval(fields.get('interval'), `${root}.interval`, issues) : undefined;
  const rrule = textField(fields, 'rrule', rruleFaults, issues);
  if (fields.has('cronExpression') && fields.has('anchor'))
    issues.add(`${root}.anchor`, 'does not belong to a cron expression; use startAt to begin later');

  const wholeSecond = cutToSecond(now);
  if (expression !== undefined) return { kind: 'cron', expression, timezone, ...bounds };
  if (interval !== undefined)
    return {
      kind: 'interval',
      ...interval,
      timezone,
      ...(anchor === undefined ? { anchor: wholeSecond, anchorDefaulted: true } : { anchor }),
      ...bounds,
    };
  if (rrule === undefined) return undefined;
  // A DTSTART has no fraction of a second.
  const start = anchor === undefined ? ({ anchor: wholeSecond, anchorDefaulted: true } as const) : { anchor: cutToSecond(anchor) };
  return { kind: 'rrule', rrule, timezone, ...start, ...bounds };
};

const readCustom = (fields: InputFields, calculators: ParseContext['calculators'], issues: Issues): Schedule | undefined => {
  refuseOthers(fields, customFields, 'custom', issues);
  const timezone = readZone(fields, issues);
  const bounds = readBounds(fields, root, issues);
  const options = fields.has('options') ? readJsonObject(fields.get('options')) : undefined;
  if (options?.ok === false) issues.add(`${root}.options`, options.fault);
  const calculator = fields.get('calculator');
  if (typeof calculator !== 'string' || calculator === '') {
    issues.add(`${root}.calculator`, `must be the name of a calculator in customSchedules; got ${described(calculator)}`);
    return undefined;
  }
  if (!calculators.has(calculator))
    issues.add(
      `${root}.calculator`,
      `no calculator ${described(calculator)} is registered here; add it to customSchedules`,
      'CALCULATOR_MISSING',
    );
  return { kind: 'custom', calculator, ...(options?.ok && { options: options.value }), timezone, ...bounds };
};

const readZone = (fields: InputFields, issues: Issues): string => {
  const name = fields.has('timezone') ? fields.get('timezone') : 'UTC';
  if (typeof name === 'string' && isZone(name)) return name;
  issues.add(`${root}.timezone`, `must be an IANA zone such as Europe/London or UTC; leave it out for UTC; got ${described(name)}`);
  return 'UTC';
};

/** A text field that is free of faults; undefined if it is absent or wrong. */
const textField = (
  fields: InputFields,
  name: string,
  faultsOf: (text: string) => readonly string[],
  issues: Issues,
): string | undefined => {
  const text = fields.get(name);
  if (text === undefined) return undefined;
  if (typeof text !== 'string') {
    issues.add(`${root}.${name}`, `must be a string; got ${described(text)}`);
    return undefined;
  }
  const faults = faultsOf(text);
  for (const fault of faults) issues.add(`${root}.${name}`, fault);
  return faults.length === 0 ? text : undefined;
};

const cutToSecond = (at: Instant): Instant => instant(Math.floor(at / secondMs) * secondMs);
