import type { z } from 'zod';
import type { Issue } from '../../domain/errors.js';

type Words = {
  /** Said of a field that is not known. */
  readonly misspelled: string;
  /** The path of the input itself. */
  readonly whole: string;
};

/** What is wrong, by path, in the words of this project wherever a schema has none of its own. */
export const issuesOf = (issue: z.core.$ZodIssue, words: Words, above: readonly PropertyKey[] = []): readonly Issue[] => {
  const path = [...above, ...issue.path];
  const at = (...more: readonly PropertyKey[]): string => [...path, ...more].map(String).join('.') || words.whole;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: at(key), message: words.misspelled }));
  if (issue.code === 'invalid_key') return [{ path: at(), message: 'is not one of the names that are known here' }];
  if (issue.code === 'invalid_union') {
    // Where only one of the alternatives can be meant, what is wrong in it is told.
    const meant = issue.errors.filter((branch) => branch.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'));
    const [only] = meant;
    if (only && meant.length === 1) {
      const form = messageOf(issue);
      const named = form.startsWith('Invalid input') ? words : { ...words, misspelled: `is not known: ${at()} ${form}` };
      return only.flatMap((inner) => issuesOf(inner, named, path));
    }
  }
  return [{ path: at(), message: messageOf(issue) }];
};

const kinds: { readonly [expected: string]: string } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const messageOf = (issue: z.core.$ZodIssue): string => {
  const { message } = issue;
  if (issue.code === 'invalid_type' && message.startsWith('Invalid input')) {
    const kind = kinds[issue.expected] ?? issue.expected;
    return message.endsWith('undefined') ? `is missing: it must be ${kind}` : `must be ${kind}`;
  }
  if (issue.code === 'too_small' && issue.origin === 'string' && message.startsWith('Too small')) return 'must not be empty';
  return message;
};
