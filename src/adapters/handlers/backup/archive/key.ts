import { createSecretKey, hkdfSync, type KeyObject, scrypt } from 'node:crypto';

const keyBytes = 32;
const shortestPassphrase = 16;
const info = 'nexus-scheduler backup';

/** N is 2 to this power. With r of 8 that takes 128 MB and a fraction of a second. */
export const scryptCost = 17;
const scryptMemory = 160 * 1024 * 1024;

/** A key, or a passphrase to make one from. */
export type Secret = { readonly kind: 'key'; readonly bytes: Buffer } | { readonly kind: 'passphrase'; readonly text: string };

/** 64 hexadecimal digits or 32 bytes in base64 are a key; anything else is a passphrase. Null where it is too short to be one. */
export const secretOf = (text: string): Secret | null => {
  if (/^[0-9a-f]{64}$/i.test(text)) return { kind: 'key', bytes: Buffer.from(text, 'hex') };
  if (/^[A-Za-z0-9+/]{43}=$/.test(text)) return { kind: 'key', bytes: Buffer.from(text, 'base64') };
  return text.length < shortestPassphrase ? null : { kind: 'passphrase', text };
};

/** The key of one archive: another for every salt. */
export const archiveKey = async (secret: Secret, salt: Uint8Array): Promise<KeyObject> =>
  createSecretKey(
    secret.kind === 'passphrase' ? await stretched(secret.text, salt) : Buffer.from(hkdfSync('sha256', secret.bytes, salt, info, keyBytes)),
  );

const stretched = (text: string, salt: Uint8Array): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(text.normalize('NFC'), salt, keyBytes, { N: 2 ** scryptCost, r: 8, p: 1, maxmem: scryptMemory }, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  );
