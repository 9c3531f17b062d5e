import { refused, SchedulerError } from '../../domain/errors.js';
import type { Millis } from '../../domain/instant.js';
import type { Parsed } from '../ports/jobInput.js';

const unreadable = 'could not be read: a getter or proxy in it threw';

export const invalidArgument = (path: string, message: string): SchedulerError => refused('INVALID_ARGUMENT', [{ path, message }]);

/** Reads arguments one by one, and throws what is wrong with all of them together: one wrong field never hides another. */
export const together = <T extends readonly unknown[]>(...readers: { readonly [I in keyof T]: () => T[I] }): T => {
  const faults: SchedulerError[] = [];
  const values = readers.map((read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SchedulerError)) throw error;
      faults.push(error);
      return undefined;
    }
  });
  const [first] = faults;
  if (first === undefined) return values as unknown as T;
  const code = faults.every((fault) => fault.code === first.code) ? first.code : 'INVALID_ARGUMENT';
  throw new SchedulerError(code, faults.map(({ message }) => message).join('; '), { issues: faults.flatMap(({ issues = [] }) => issues) });
};

/** Throws unless `isGood`. */
export const check = (isGood: boolean, path: string, message: string): void => {
  if (!isGood) throw invalidArgument(path, message);
};

/** A whole number within bounds. */
export const countOf = (path: string, given: unknown, most: number, least = 1): number => {
  if (typeof given === 'number' && Number.isInteger(given) && given >= least && given <= most) return given;
  throw invalidArgument(path, `must be a whole number from ${least} to ${most}`);
};

/** A timer that is set for longer fires at once. */
const longestMs: Millis = 2 ** 31 - 1;

/** So long as a timer can wait. */
export const millisOf = (path: string, given: unknown): Millis => {
  if (typeof given === 'number' && Number.isInteger(given) && given >= 0 && given <= longestMs) return given;
  throw invalidArgument(path, 'must be a whole number of milliseconds, 24 days at most');
};

/** What an argument was read as. */
export const argument = <T>(parsed: Parsed<T>): T => {
  if (parsed.ok) return parsed.value;
  throw refused('INVALID_ARGUMENT', parsed.issues);
};

/** The fields of an argument that may be left out, each read once. */
export const fieldsOf = <T extends object>(path: string, given: T | undefined): Partial<T> => {
  if (given === undefined) return {};
  const isObject = typeof given === 'object' && given !== null && !readable(path, () => Array.isArray(given));
  if (!isObject) throw invalidArgument(path, 'must be an object');
  return readable(path, () => ({ ...given }));
};

/** The items of a list, each read once; holes are undefined. */
export const itemsOf = (path: string, given: unknown, most: number): readonly unknown[] => {
  const { isList, length } = readable(path, () => ({ isList: Array.isArray(given), length: Array.isArray(given) ? given.length : 0 }));
  if (!isList) throw invalidArgument(path, 'must be an array');
  if (!(length <= most)) throw invalidArgument(path, `must have at most ${most.toLocaleString('en')} items`);
  return readable(path, () => Array.from({ length }, (_, i) => (given as readonly unknown[])[i]));
};

/** One of several things, or an array of them. */
export const oneOrMore = (path: string, given: unknown): readonly unknown[] =>
  readable(path, () => Array.isArray(given)) ? itemsOf(path, given, mostNamed) : [given];

const mostNamed = 1_000;

/** An id, long enough for any that was ever given out. */
export const idOf = (path: string, given: unknown): string => {
  if (typeof given === 'string' && given.length <= 2_048) return given;
  throw invalidArgument(path, 'must be an id as this scheduler gives them out');
};

const readable = <T>(path: string, read: () => T): T => {
  try {
    return read();
  } catch {
    throw invalidArgument(path, unreadable);
  }
};
