import type { Instant } from '../../domain/instant.js';
import type { Bounds, Exclusion } from '../../domain/schedule/schedule.js';
import { dayMs } from './civil.js';
import { readDay, readInstant } from './dateValue.js';
import { described, type InputFields, type Issues, isWholeNumber, readFields, readItems } from './input.js';

export const boundFields = ['startAt', 'endAt', 'maxRuns', 'jitter', 'exclude'] as const;

const mostRuns = 1_000_000_000;
const mostExclusions = 1000;
const longestJitter = 366 * dayMs;

/** The filters every recurring and custom schedule may have (schedule-semantics 7 and 8). */
export const readBounds = (fields: InputFields, path: string, issues: Issues): Bounds => {
  const startAt = instantField(fields, path, 'startAt', issues);
  const endAt = instantField(fields, path, 'endAt', issues);
  if (startAt !== undefined && endAt !== undefined && startAt > endAt)
    issues.add(`${path}.endAt`, 'must not lie before startAt; exchange the two or leave one out');
  const maxRuns = fields.get('maxRuns');
  if (maxRuns !== undefined && !isWholeNumber(maxRuns, 1, mostRuns))
    issues.add(`${path}.maxRuns`, `must be a whole number from 1 to ${mostRuns}; got ${described(maxRuns)}`);
  const jitter = fields.get('jitter');
  if (jitter !== undefined && !isWholeNumber(jitter, 0, longestJitter))
    issues.add(`${path}.jitter`, `must be a whole number of milliseconds from 0 to ${longestJitter}; got ${described(jitter)}`);
  const exclude = fields.has('exclude') ? readExclusions(fields.get('exclude'), `${path}.exclude`, issues) : [];
  return {
    ...(startAt !== undefined && { startAt }),
    ...(endAt !== undefined && { endAt }),
    ...(typeof maxRuns === 'number' && { maxRuns }),
    ...(typeof jitter === 'number' && jitter > 0 && { jitterMs: jitter }),
    ...(exclude.length > 0 && { exclude }),
  };
};

/** The instant in a field; undefined if it is absent or wrong. */
export const instantField = (fields: InputFields, path: string, name: string, issues: Issues): Instant | undefined => {
  const value = fields.get(name);
  if (value === undefined) return undefined;
  const read = readInstant(value);
  if (read.ok) return read.at;
  issues.add(`${path}.${name}`, `${read.fault}; got ${described(value)}`);
  return undefined;
};

const readExclusions = (value: unknown, path: string, issues: Issues): readonly Exclusion[] => {
  const items = readItems(value, mostExclusions);
  if (items === null) {
    issues.add(path, `must be an array of at most ${mostExclusions} days (YYYY-MM-DD), instants or { from, to }`);
    return [];
  }
  return items.flatMap((item, index) => {
    const itemPath = `${path}[${index}]`;
    if (item.ok) return readExclusion(item.value, itemPath, issues);
    issues.add(itemPath, 'could not be read: its getter or proxy threw');
    return [];
  });
};

const readExclusion = (value: unknown, path: string, issues: Issues): readonly Exclusion[] => {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) {
    if (readDay(value) !== null) return [{ day: value }];
    issues.add(path, `is a day that does not exist: ${value}`);
    return [];
  }
  const single = readInstant(value);
  if (single.ok) return [{ at: single.at }];
  if (typeof value !== 'object' || value === null) {
    issues.add(path, `must be a day (YYYY-MM-DD), a Date, an ISO 8601 instant with an offset, or { from, to }; got ${described(value)}`);
    return [];
  }
  const fields = readFields(value, path, ['from', 'to'], issues);
  if (fields === null) return [];
  const from = requiredInstant(fields, path, 'from', issues);
  const to = requiredInstant(fields, path, 'to', issues);
  if (from === undefined || to === undefined) return [];
  if (from <= to) return [{ from, to }];
  issues.add(`${path}.to`, 'must not lie before from; exchange the two');
  return [];
};

export const requiredInstant = (fields: InputFields, path: string, name: string, issues: Issues): Instant | undefined => {
  if (!fields.has(name)) issues.add(`${path}.${name}`, 'is missing; give a Date or an ISO 8601 instant with an offset');
  return instantField(fields, path, name, issues);
};
