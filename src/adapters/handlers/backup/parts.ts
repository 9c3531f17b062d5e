import type { Entry } from './archive/write.js';

/** How much is held: an entry says how long it is before it begins. */
const partBytes = 4 * 2 ** 20;

/** Lines of unknown number, as entries `prefix/000001.ndjson` and so on. */
export const linesInParts = (
  prefix: string,
  source: AsyncIterable<string>,
  modifiedAt: Date,
): { readonly entries: AsyncIterable<Entry>; lines(): number } => {
  let lines = 0;
  const entries = async function* (): AsyncGenerator<Entry, void, undefined> {
    let number = 0;
    let held: string[] = [];
    let bytes = 0;
    const part = (): Entry => {
      const content = Buffer.from(held.join(''));
      held = [];
      bytes = 0;
      const name = `${prefix}/${String(++number).padStart(6, '0')}.ndjson`;
      return { type: 'file', name, mode: 0o600, modifiedAt, bytes: content.length, content: once(content) };
    };
    for await (const line of source) {
      lines++;
      held.push(`${line}\n`);
      bytes += Buffer.byteLength(line) + 1;
      if (bytes >= partBytes) yield part();
    }
    if (held.length > 0) yield part();
  };
  return { entries: entries(), lines: () => lines };
};

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield content;
}

/** The lines that entries hold, wherever chunks begin and end. */
export async function* linesOf(content: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  for await (const chunk of content) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
