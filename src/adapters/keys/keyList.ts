import { z } from 'zod';
import { type Scope, scopes } from '../../application/ports/apiKeys.js';
import { type Issue, refused, type SchedulerError } from '../../domain/errors.js';
import { nameForm, namePattern } from '../../domain/name.js';

/** A key as it is kept: the key itself is not. */
export type KeyEntry = {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  /** Null: all of them. */
  readonly organization: string | null;
  readonly sha256: string;
  readonly createdAt?: string | undefined;
};

const text = 'must be a text';
const entry = z.strictObject({
  id: z.string({ error: text }).regex(/^[0-9a-f]{12}$/, 'must be 12 hexadecimal digits'),
  name: z.string({ error: text }).min(1, 'must not be empty').max(100, 'must have at most 100 characters'),
  scope: z.enum(scopes, { error: `must be one of ${scopes.join(', ')}` }),
  organization: z.string({ error: 'must be the name of an organization, or null for all of them' }).regex(namePattern, nameForm).nullable(),
  sha256: z.string({ error: text }).regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
  createdAt: z.string({ error: text }).optional(),
});
const list = z.strictObject({ keys: z.array(entry, { error: 'must be a list' }) }, { error: 'must be { "keys": [...] }' });

/** Reads what `keys create` wrote. Throws `INVALID_ARGUMENT` naming everything that is wrong with it. */
export const readKeyList = (json: string, where: string): readonly KeyEntry[] => {
  const read = list.safeParse(parsed(json));
  if (read.success) return read.data.keys;
  throw invalid(read.error, [where]);
};

/** Throws `INVALID_ARGUMENT` naming everything that would not be read again. */
export const checkKey = (key: KeyEntry): void => {
  const read = entry.safeParse(key);
  if (!read.success) throw invalid(read.error);
};

const invalid = (error: z.ZodError, where: readonly string[] = []): SchedulerError => {
  const issues = error.issues.map(({ path, message }): Issue => ({ path: [...where, ...path.map(String)].join('.'), message }));
  return refused('INVALID_ARGUMENT', issues);
};

export const writeKeyList = (keys: readonly KeyEntry[]): string => `${JSON.stringify({ keys }, null, 2)}\n`;

const parsed = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};
