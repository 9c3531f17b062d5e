import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { OutboundFailed } from '../../application/ports/outbound.js';

export const acceptedEncodings = 'gzip, deflate, br';

const decoders = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress, identity: null };

/** What is inside of a compressed body, at most `maxBytes` of it: more is never held, however small it came. */
export async function* decoded(
  raw: Readable,
  encoding: string | undefined,
  maxBytes: number,
  server: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const name = (encoding ?? 'identity').trim().toLowerCase() || 'identity';
  if (!Object.hasOwn(decoders, name))
    throw new OutboundFailed(`${server} answers in the encoding ${JSON.stringify(name)}, which was not asked for`);
  const decoder = decoders[name as keyof typeof decoders]?.();
  if (decoder) {
    raw.on('error', (error) => decoder.destroy(error));
    raw.pipe(decoder);
  }
  let bytes = 0;
  try {
    for await (const chunk of decoder ?? raw) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(server, maxBytes);
      yield chunk;
    }
  } finally {
    decoder?.destroy();
    raw.destroy();
  }
}

/** Refuses at once what says itself that it is too large. */
export const checkLength = (length: string | undefined, maxBytes: number, server: string): void => {
  if (length !== undefined && Number(length) > maxBytes) throw tooLarge(server, maxBytes);
};

const tooLarge = (server: string, maxBytes: number) =>
  new OutboundFailed(`${server} sends more than the ${maxBytes} bytes that are allowed`);
