import type { Issue } from '../../domain/errors.js';

export type ScheduleIssue = Issue & { readonly code: 'INVALID_SCHEDULE' | 'CALCULATOR_MISSING' };
/** Collects what is wrong, so that one wrong field does not hide another. */
export type Issues = {
  readonly found: readonly ScheduleIssue[];
  readonly add: (path: string, message: string, code?: ScheduleIssue['code']) => void;
};

const mostIssues = 50;
export const collectIssues = (): Issues => {
  const found: ScheduleIssue[] = [];
  return {
    found,
    add: (path, message, code = 'INVALID_SCHEDULE') => {
      if (found.length < mostIssues) found.push({ path, message, code });
    },
  };
};

/** The fields of an object from outside, each read once; fields that are undefined are absent. */
export type InputFields = ReadonlyMap<string, unknown>;

const mostUnknown = 10;

/** Reads the allowed fields of an object that may be anything: a getter or proxy that throws is an issue of its field. */
export const readFields = (value: unknown, path: string, allowed: readonly string[], issues: Issues): InputFields | null => {
  const names = fieldNames(value);
  if (names === null || typeof value !== 'object' || value === null) {
    issues.add(path, `must be an object with the fields ${allowed.join(', ')}; got ${described(value)}`);
    return null;
  }
  const fields = new Map<string, unknown>();
  let unknown = 0;
  for (const name of names) {
    const known = allowed.includes(name);
    if (!known && ++unknown > mostUnknown) continue;
    const fieldPath = `${path}.${name.slice(0, 64)}`;
    const read = readField(value, name);
    if (!read.ok) issues.add(fieldPath, 'could not be read: its getter or proxy threw');
    else if (read.value === undefined) continue;
    else if (known) fields.set(name, read.value);
    else issues.add(fieldPath, `is no field of this schedule; the fields are ${allowed.join(', ')}`);
  }
  if (unknown > mostUnknown) issues.add(path, `has ${unknown} unknown fields; the fields are ${allowed.join(', ')}`);
  return fields;
};

const fieldNames = (value: unknown): readonly string[] | null => {
  if (typeof value !== 'object' || value === null) return null;
  try {
    return Array.isArray(value) ? null : Object.keys(value);
  } catch {
    return null;
  }
};

export type ReadField = { readonly ok: true; readonly value: unknown } | { readonly ok: false };
const readField = (object: object, name: string | number): ReadField => {
  try {
    return { ok: true, value: Reflect.get(object, name) };
  } catch {
    return { ok: false };
  }
};

/** The items of an array from outside; null if it is none, its length is over the limit, or it cannot be read. */
export const readItems = (value: unknown, most: number): readonly ReadField[] | null => {
  try {
    if (!Array.isArray(value) || value.length > most) return null;
    return Array.from({ length: value.length }, (_, index) => readField(value, index));
  } catch {
    return null;
  }
};

export const isWholeNumber = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;

/** A value from outside, short and safe to print. */
export const described = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length <= 40 ? value : `${value.slice(0, 40)}...`);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : 'an object';
    case 'bigint':
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
  }
};
