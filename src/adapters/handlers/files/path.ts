import { z } from 'zod';

const longestPath = 4_096;
const longestName = 255;
const deepest = 32;

/** What is wrong with a path that a user gave, by its text alone; null where nothing is. */
export const pathFault = (path: string): string | null => {
  if (path === '') return 'must not be empty';
  if (path.length > longestPath) return `must not be longer than ${longestPath} characters`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
  if (/[\u0000-\u001f\u007f]/.test(path)) return 'must not have control characters';
  if (path.includes('\\')) return 'must use / between names';
  if (/%(2e|2f|5c|00)/i.test(path)) return 'must not have characters in %-notation';
  const names = namesOf(path);
  if (names.length > deepest) return `must not be deeper than ${deepest} directories`;
  for (const name of names) {
    const fault = nameFault(name);
    if (fault !== null) return fault;
  }
  return null;
};

/** As `pathFault`, of one name. */
const nameFault = (name: string): string | null => {
  if (name === '' || name === '.' || name === '..') return 'must be names with single / between them, without . or ..';
  if (name.startsWith('-')) return 'must not have a name that begins with -';
  return Buffer.byteLength(name) > longestName ? `must not have names longer than ${longestName} bytes` : null;
};

/** The names of a path, whether or not it is absolute; `.` alone has none. */
export const namesOf = (path: string): readonly string[] => (path === '.' || path === '/' ? [] : path.replace(/^\//, '').split('/'));

/** A path in parameters: relative to the first root, or absolute below any of them. That it lies there is only known where it is used. */
export const filePath = z.string().superRefine((path, context) => {
  const fault = pathFault(path);
  if (fault !== null) context.addIssue({ code: 'custom', message: fault });
});
