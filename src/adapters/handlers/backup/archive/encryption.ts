import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { archiveKey, type Secret, scryptCost } from './key.js';
import { ArchiveDamaged } from './manifest.js';

/**
 * Header: the magic, how the key was made, the salt of this archive. Then chunks, each sealed with AES-256-GCM under a key of this archive
 * alone; the nonce is the chunk's number and whether it is the last, so that none can be changed, moved, repeated or cut off unseen.
 */
const magic = Buffer.from('NXSBAK1\n');
const saltBytes = 16;
const headerBytes = magic.length + 2 + saltBytes;
const chunkBytes = 64 * 1024;
const tagBytes = 16;
const cipher = 'aes-256-gcm';
const kinds = { key: 0, passphrase: scryptCost };

type Bytes = AsyncIterable<Uint8Array>;

export async function* encrypted(plain: Bytes, secret: Secret): AsyncGenerator<Uint8Array, void, undefined> {
  const header = Buffer.concat([magic, Buffer.from([1, kinds[secret.kind]]), randomBytes(saltBytes)]);
  const key = await archiveKey(secret, header.subarray(-saltBytes));
  yield header;
  let number = 0;
  for await (const { chunk, last } of chunks(plain, chunkBytes)) {
    const seal = createCipheriv(cipher, key, nonceOf(number++, last)).setAAD(header);
    yield Buffer.concat([seal.update(chunk), seal.final(), seal.getAuthTag()]);
  }
}

export const isEncrypted = (beginning: Uint8Array): boolean => Buffer.from(beginning).subarray(0, magic.length).equals(magic);

export async function* decrypted(sealed: Bytes, secret: Secret): AsyncGenerator<Uint8Array, void, undefined> {
  const source = splitAt(sealed, headerBytes);
  const header = await source.head;
  if (header.length < headerBytes) throw new ArchiveDamaged('the archive ends within its header');
  if (header[magic.length] !== 1 || header[magic.length + 1] !== kinds[secret.kind])
    throw new ArchiveDamaged(`the archive was not encrypted with ${secret.kind === 'key' ? 'a key' : 'a passphrase'} of this release`);
  const key = await archiveKey(secret, header.subarray(-saltBytes));
  let number = 0;
  for await (const { chunk, last } of chunks(source.rest, chunkBytes + tagBytes)) {
    if (chunk.length < tagBytes) throw new ArchiveDamaged('the archive is cut off');
    const open = createDecipheriv(cipher, key, nonceOf(number++, last)).setAAD(header);
    open.setAuthTag(chunk.subarray(-tagBytes));
    try {
      yield Buffer.concat([open.update(chunk.subarray(0, -tagBytes)), open.final()]);
    } catch (error) {
      const where =
        number === 1 ? 'the key is another, or the archive was changed' : `it was changed or cut off near byte ${number * chunkBytes}`;
      throw new ArchiveDamaged(`the archive cannot be decrypted: ${where}`, { cause: error });
    }
  }
}

const nonceOf = (number: number, last: boolean): Buffer => {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(number, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
};

/** Pieces of one size; only the last may be shorter, or empty where there is nothing. */
async function* chunks(source: Bytes, size: number): AsyncGenerator<{ readonly chunk: Buffer; readonly last: boolean }, void, undefined> {
  let held = Buffer.alloc(0);
  for await (const piece of source) {
    held = Buffer.concat([held, piece]);
    let from = 0;
    for (; held.length - from > size; from += size) yield { chunk: held.subarray(from, from + size), last: false };
    held = held.subarray(from);
  }
  yield { chunk: held, last: true };
}

const splitAt = (source: Bytes, size: number): { readonly head: Promise<Buffer>; readonly rest: Bytes } => {
  const iterator = source[Symbol.asyncIterator]();
  let left = Buffer.alloc(0);
  const head = (async () => {
    let held = Buffer.alloc(0);
    while (held.length < size) {
      const next = await iterator.next();
      if (next.done) break;
      held = Buffer.concat([held, next.value]);
    }
    left = held.subarray(size);
    return held.subarray(0, size);
  })();
  const rest = async function* () {
    await head;
    yield left;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  };
  return { head, rest: rest() };
};
