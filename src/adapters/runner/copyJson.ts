import type { Json } from '../../domain/json.js';

/** A deep copy that the receiver may change. Several times faster than structuredClone, which must be ready for more than JSON. */
export const copyJson = (value: Json): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyJson);
  // The spread makes every key an own property, `__proto__` too, so that the assignments below replace values and nothing else.
  const copy: { [key: string]: unknown } = { ...value };
  for (const key of Object.keys(copy)) {
    const part = copy[key];
    if (typeof part === 'object') copy[key] = copyJson(part as Json);
  }
  return copy;
};
