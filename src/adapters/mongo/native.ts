import { Long } from 'mongodb';

/** Names under which our own types keep instants. */
const instants: ReadonlySet<string> = new Set([
  'at',
  'from',
  'to',
  'until',
  'runAt',
  'startAt',
  'endAt',
  'anchor',
  'retryAt',
  'queuedAt',
  'startedAt',
  'finishedAt',
  'timeoutAt',
  'scheduledFor',
  'nextRunAt',
  'lastHandled',
  'lastSuccessAt',
  'lastFailureAt',
]);

/** Integers are kept as 64-bit ones: never as doubles, whatever their size. */
export const long = (value: number): Long => Long.fromNumber(value);

export const dateOrNull = (at: number | null): Date | null => (at === null ? null : new Date(at));

/**
 * Our own types as MongoDB and people like them: instants as dates, what is not set left out. Not for the JSON of users, whose keys
 * MongoDB may not be able to hold: that is kept as text.
 */
export const nativeObject = (value: object): { [key: string]: unknown } =>
  Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .map(([key, field]) => [key, native(field, key)]),
  );

const native = (value: unknown, key: string): unknown => {
  if (Array.isArray(value)) return value.map((item) => native(item, ''));
  if (typeof value === 'number') return instants.has(key) ? new Date(value) : numeric(value);
  return typeof value === 'object' && value !== null ? nativeObject(value) : value;
};

const numeric = (value: number): number | Long => (Number.isSafeInteger(value) ? long(value) : value);
