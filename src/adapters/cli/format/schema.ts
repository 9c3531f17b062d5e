import type { Json, JsonObject } from '../../../domain/json.js';
import { printableJson } from './printable.js';

export type ParameterRow = {
  /** Parts of an object below it, as `source.url`. */
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly fallback: string | null;
  readonly meaning: string;
};

const deepest = 3;

/** What a JSON Schema says of an object, one row for each property, and for those of objects in it, in lists and among alternatives. */
export const parameterRows = (schema: JsonObject): readonly ParameterRow[] => rowsOf(schema, '', 0, new Set());

const rowsOf = (schema: JsonObject, prefix: string, depth: number, seen: Set<string>): readonly ParameterRow[] => {
  const required = listOf(schema.required);
  const own = Object.entries(objectOf(schema.properties)).flatMap(([key, value]) => {
    const name = `${prefix}${key}`;
    if (seen.has(name)) return [];
    seen.add(name);
    const property = objectOf(value);
    const row: ParameterRow = {
      name,
      type: typeOf(property),
      isRequired: required.includes(key),
      fallback: property.default === undefined ? null : printableJson(property.default),
      meaning: typeof property.description === 'string' ? property.description : '',
    };
    return depth < deepest ? [row, ...rowsOf(property, `${name}.`, depth + 1, seen)] : [row];
  });
  const others = [...listOf(schema.anyOf), ...listOf(schema.oneOf), ...(schema.items === undefined ? [] : [schema.items])].map(objectOf);
  return [...own, ...others.flatMap((other) => rowsOf(other, prefix, depth, seen))];
};

/** As people write types: `'pdf' | 'csv'`, `string[]`, `integer 1..100`. */
const typeOf = (schema: JsonObject): string => {
  const alternatives = listOf(schema.anyOf ?? schema.oneOf);
  if (alternatives.length > 0) return eitherOf([...new Set(alternatives.map((one) => typeOf(objectOf(one))))]);
  if (schema.const !== undefined) return printableJson(schema.const);
  const words = listOf(schema.enum);
  if (words.length > 0) return words.map((word) => printableJson(word)).join(' | ');
  if (schema.type === 'array') return arrayOf(typeOf(objectOf(schema.items)));
  if (schema.type === 'object') return shapeOf(schema);
  return `${typeof schema.type === 'string' ? schema.type : 'any'}${rangeOf(schema)}`;
};

const eitherOf = (types: readonly string[]): string => {
  const single = types.slice(0, -1).join(' | ');
  return types.length > 1 && types.at(-1) === arrayOf(single) ? `${single}, or a list of them` : types.join(' | ');
};

const arrayOf = (of: string): string => (of.includes(' ') ? `(${of})[]` : `${of}[]`);

const shapeOf = (schema: JsonObject): string => {
  const names = Object.keys(objectOf(schema.properties));
  return names.length === 0 ? 'object' : `{ ${names.join(', ')} }`;
};

const rangeOf = ({ minimum, maximum }: JsonObject): string => {
  const bounds = [minimum, maximum].map((bound) =>
    typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER ? String(bound) : '',
  );
  return bounds.every((bound) => bound === '') ? '' : ` ${bounds.join('..')}`;
};

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
