import type { Json, JsonObject } from '../../domain/json.js';

export type ReadJson = { readonly ok: true; readonly value: JsonObject } | { readonly ok: false; readonly fault: string };

const mostBytes = 256 * 1024;
const deepest = 64;

/** A copy of a JSON object of at most 256 KiB, made without running `toJSON`; keys whose value is undefined are left out, as in JSON. */
export const readJsonObject = (value: unknown): ReadJson => {
  try {
    const budget = { left: mostBytes };
    const copy = copyOf(value, 0, budget);
    if (typeof copy !== 'object' || copy === null || isList(copy)) return { ok: false, fault: 'must be a JSON object' };
    if (mayExceed(budget) && Buffer.byteLength(JSON.stringify(copy)) > mostBytes) throw new NotJson(tooLarge);
    return { ok: true, value: copy };
  } catch (error) {
    return { ok: false, fault: error instanceof NotJson ? error.message : 'could not be read: a getter or proxy in it threw' };
  }
};

class NotJson extends Error {}
const tooLarge = 'must have at most 256 KiB as JSON';

const isList = (json: Json): json is readonly Json[] => Array.isArray(json);

const copyOf = (value: unknown, depth: number, budget: { left: number }): Json => {
  spend(budget, 1);
  if (depth > deepest) throw new NotJson(`must not be nested deeper than ${deepest} levels, nor contain itself`);
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'string':
      spend(budget, value.length);
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw new NotJson(`must be JSON: ${value} is not`);
      return value === 0 ? 0 : value;
    case 'object':
      if (value === null) return null;
      return Array.isArray(value) ? copyOfList(value, depth, budget) : copyOfObject(value, depth, budget);
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
      throw new NotJson(`must be JSON: a value of type ${typeof value} is not`);
  }
};

const copyOfList = (value: readonly unknown[], depth: number, budget: { left: number }): Json => {
  const { length } = value;
  spend(budget, length);
  // As long as it will be: a list that grows begins with room for many more than most have.
  const items = new Array<Json>(length);
  for (let index = 0; index < length; index++) items[index] = copyOf(value[index], depth + 1, budget);
  return items;
};

const copyOfObject = (value: object, depth: number, budget: { left: number }): Json => {
  const kind = Object.prototype.toString.call(value);
  if (kind !== '[object Object]')
    throw new NotJson(`must be JSON: ${kind.slice(8, 40).replace(']', '')} is not; write it as text or numbers`);
  const entries: [string, Json][] = [];
  for (const key of Object.keys(value)) {
    spend(budget, key.length);
    const item: unknown = Reflect.get(value, key);
    if (item !== undefined) entries.push([key, copyOf(item, depth + 1, budget)]);
  }
  return Object.fromEntries(entries);
};

/** Values and characters as JSON: a number has up to 25 characters, an escaped character 6, and what stands between them is little. */
const mostBytesEach = 32;

/** Nearly everything is far too small for its exact size to matter. */
const mayExceed = ({ left }: { readonly left: number }): boolean => (mostBytes - left) * mostBytesEach > mostBytes;

/** Every value and character costs at least a byte, so the copy stops in time whatever it is given. */
const spend = (budget: { left: number }, cost: number): void => {
  budget.left -= cost;
  if (!(budget.left >= 0)) throw new NotJson(tooLarge);
};
