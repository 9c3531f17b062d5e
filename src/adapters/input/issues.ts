import type { z } from 'zod';
import type { Issue } from '../../domain/errors.js';

/** What is wrong, by path. `misspelled` is said of fields that are not known, `whole` is the path of the input itself. */
export const issuesOf = (
  issue: z.core.$ZodIssue,
  { misspelled, whole }: { readonly misspelled: string; readonly whole: string },
  above: readonly PropertyKey[] = [],
): readonly Issue[] => {
  const path = [...above, ...issue.path];
  const at = (...more: readonly PropertyKey[]): string => [...path, ...more].map(String).join('.') || whole;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: at(key), message: misspelled }));
  if (issue.code === 'invalid_key') return [{ path: at(), message: 'is not one of the names that are known here' }];
  if (issue.code === 'invalid_union') {
    // Where only one of the alternatives can be meant, what is wrong in it is told.
    const meant = issue.errors.filter((branch) => branch.some(({ path, code }) => path.length > 0 || code === 'unrecognized_keys'));
    const [only] = meant;
    if (only && meant.length === 1) return only.flatMap((inner) => issuesOf(inner, { misspelled, whole }, path));
  }
  return [{ path: at(), message: issue.message }];
};
