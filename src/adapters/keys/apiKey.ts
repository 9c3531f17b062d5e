import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits need no slow hash: nobody can try so many. */
const secretBytes = 32;
const form = /^nxs_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/;

export type NewKey = { readonly id: string; readonly key: string; readonly sha256: string };

/** A key, and what is kept of it. */
export const createKey = (): NewKey => {
  const id = randomBytes(6).toString('hex');
  const key = `nxs_${id}_${randomBytes(secretBytes).toString('base64url')}`;
  return { id, key, sha256: hashOf(key).toString('hex') };
};

export const idOf = (key: string): string | null => form.exec(key)?.[1] ?? null;

const hashOf = (key: string): Buffer => createHash('sha256').update(key).digest();

const nobody = '0'.repeat(64);

/** Takes the same time for a key that is not known: it is then compared with one that nobody has. */
export const isKey = (key: string, sha256: string | undefined): boolean =>
  timingSafeEqual(hashOf(key), Buffer.from(sha256 ?? nobody, 'hex')) && sha256 !== undefined;
