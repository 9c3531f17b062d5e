import type { Product } from '../../../application/ports/inventory.js';
import type { Instant } from '../../../domain/instant.js';
import type { Row } from './rows.js';
import type { ProductField, Source } from './schema.js';
import { instantIn, numberIn, textIn, WrongValue } from './values.js';

/** What a source says of a product. A field that the source does not have stays as it is. */
export type ProductPatch = { readonly sku: string } & { readonly [F in Exclude<keyof Product, 'sku'>]?: Product[F] } & {
  readonly lists?: readonly string[];
};

/** Throws `WrongValue` naming the field. */
export const skuIn = (row: Row, { mapping }: Source): string => {
  const sku = textIn('sku', row.value(mapping.sku ?? 'sku') ?? null, 128);
  if (sku === null) throw new WrongValue('sku', 'is missing');
  return sku;
};

/** Throws `WrongValue` naming the field. */
export const patchIn = (row: Row, sku: string, { mapping, decimalComma }: Source): ProductPatch => {
  const value = (field: ProductField): unknown => row.value(mapping[field] ?? field);
  const number = (field: ProductField) => numberIn(field, value(field), decimalComma);
  const text = (field: ProductField) => textIn(field, value(field), 500);
  const has = (field: ProductField): boolean => value(field) !== undefined;
  // Whoever says where it is wants it: a misspelt name must not leave every quantity as it was.
  if (mapping.quantity !== undefined && !has('quantity')) throw new WrongValue('quantity', `is missing: there is no ${mapping.quantity}`);
  const updatedAt = has('updatedAt') ? instantIn('updatedAt', value('updatedAt')) : null;
  return {
    sku,
    ...(has('name') && { name: needed('name', text('name')) }),
    ...(has('quantity') && { quantity: needed('quantity', number('quantity')) }),
    ...(has('reorderPoint') && { reorderPoint: number('reorderPoint') }),
    ...(has('category') && { category: text('category') }),
    ...(has('location') && { location: text('location') }),
    ...(has('unitCost') && { unitCost: number('unitCost') }),
    ...(updatedAt !== null && { updatedAt }),
    ...(has('lists') && { lists: listsIn(value('lists')) }),
  };
};

const needed = <T>(field: string, value: T | null): T => {
  if (value === null) throw new WrongValue(field, 'is empty');
  return value;
};

/** Names of lists: an array, or a text with semicolons between them. */
const listsIn = (value: unknown): readonly string[] => {
  const names = Array.isArray(value) ? value : (textIn('lists', value, 1_000) ?? '').split(';');
  return [...new Set(names.flatMap((name) => textIn('lists', name, 128) ?? []))];
};

/** The product as it will be. Throws `WrongValue` where too little is known of a new one. */
export const mergedWith = (known: Product | undefined, { lists: _, ...patch }: ProductPatch, now: Instant): Product => {
  if (known) return { ...known, updatedAt: now, ...patch };
  const { quantity } = patch;
  if (quantity === undefined) throw new WrongValue('quantity', 'is missing, and the product is new');
  const nothing = { reorderPoint: null, category: null, location: null, unitCost: null };
  return { ...nothing, name: patch.sku, updatedAt: now, ...patch, quantity };
};

const compared = ['name', 'quantity', 'reorderPoint', 'category', 'location', 'unitCost'] as const;

/** Field by field, what is different; when a product was last changed is not a difference. */
export const differences = (known: Product, product: Product) =>
  compared.filter((field) => known[field] !== product[field]).map((field) => ({ field, before: known[field], after: product[field] }));
