import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import { JsonItems } from './jsonItems.js';
import { longestRecord, plainName, type Read } from './rows.js';

/** The rows of an array, or of an object's member `items`. Returns what the object's member `next` holds. */
export async function* jsonRows(
  bytes: AsyncIterable<Uint8Array>,
  { items, next }: { readonly items: string; readonly next: string },
): AsyncGenerator<Read, unknown> {
  const cutter = new JsonItems(items);
  for await (const text of decoded(bytes)) for (const item of cutter.push(text)) yield rowOf(item.text, `line ${item.line}`);
  cutter.end();
  const following = cutter.members.get(next);
  return following === undefined ? null : parsed(following);
}

/** A row on each line. */
export async function* ndjsonRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Read> {
  let line = 0;
  let rest = '';
  for await (const text of decoded(bytes)) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const one of lines) {
      line++;
      if (one.trim() !== '') yield rowOf(one, `line ${line}`);
    }
    if (rest.length > longestRecord) throw new NonRetryableError(`line ${line + 1} has more than ${longestRecord} characters`);
  }
  if (rest.trim() !== '') yield rowOf(rest, `line ${line + 1}`);
}

async function* decoded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

const rowOf = (text: string, where: string): Read => {
  const value = parsed(text);
  if (value === undefined) return { where, fault: 'is no JSON' };
  if (!isObject(value)) return { where, fault: 'is no object' };
  const names = new Map(Object.keys(value).map((name) => [plainName(name), name]));
  return { where, value: (name) => at(value, name) ?? at(value, names.get(plainName(name)) ?? name) };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at `stock.onHand`, or of a member with that very name; own members only. */
const at = (value: { readonly [key: string]: unknown }, path: string): unknown => {
  if (Object.hasOwn(value, path)) return value[path];
  let found: unknown = value;
  for (const key of path.split('.')) found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  return found;
};
