import { Decimal128, type Document, Long, ObjectId } from 'mongodb';
import { InventoryUnavailable } from '../../../application/ports/inventory.js';
import { type Instant, instant } from '../../../domain/instant.js';

// What applications keep in their documents is theirs: numbers as texts, decimals, fields that are missing. What is clear is read, and what
// is not is an error that names the document, never a guess.

/** The value at `stock.onHand`; own properties only. */
export const at = (document: Document, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined), document);

/** A new document with values at paths such as `stock.onHand`. */
export const nested = (values: { readonly [path: string]: unknown }): Document => {
  const document: Document = {};
  for (const [path, value] of Object.entries(values)) {
    const keys = path.split('.');
    const last = keys.pop() ?? path;
    let place = document;
    for (const key of keys) {
      if (!Object.hasOwn(place, key)) set(place, key, {});
      place = place[key];
    }
    set(place, last, value);
  }
  return document;
};

/** An own property, whatever the name. */
const set = (place: Document, key: string, value: unknown): void => {
  Object.defineProperty(place, key, { value, enumerable: true, configurable: true, writable: true });
};

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } => typeof value === 'object' && value !== null;

/** Null where there is none. */
export const numberAt = (document: Document, path: string): number | null => {
  const value = at(document, path);
  if (value === undefined || value === null) return null;
  const number = typeof value === 'string' && /^\s*[-+]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : numeric(value);
  if (number !== null && Number.isFinite(number)) return number;
  return unreadable(document, path, value, 'a number');
};

const numeric = (value: unknown): number | null => {
  if (typeof value === 'number') return value;
  if (value instanceof Decimal128 || value instanceof Long) return Number(value.toString());
  return null;
};

/** Null where there is none. */
export const textAt = (document: Document, path: string): string | null => {
  const value = at(document, path);
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || value instanceof ObjectId || value instanceof Long) return String(value);
  return unreadable(document, path, value, 'a text');
};

/** Without one, when the document was made, as far as its id tells. */
export const instantAt = (document: Document, path: string): Instant => {
  const value = at(document, path);
  const read = value instanceof Date ? value.getTime() : typeof value === 'string' ? Date.parse(value) : value;
  if (typeof read === 'number' && Number.isFinite(read)) return instant(read);
  if (value === undefined || value === null) return instant(document._id instanceof ObjectId ? document._id.getTimestamp().getTime() : 0);
  return unreadable(document, path, value, 'a date');
};

const longestShown = 60;

const unreadable = (document: Document, path: string, value: unknown, wanted: string): never => {
  const shown = (JSON.stringify(value) ?? typeof value).slice(0, longestShown);
  throw new InventoryUnavailable(`The document ${String(document._id)} has ${shown} as ${path}, which is not ${wanted}`);
};
