// Names of an application's own collections and fields, by the names used here. Nothing of the driver: options are checked against these.

export const productFields = [
  'organization',
  'sku',
  'name',
  'quantity',
  'reorderPoint',
  'category',
  'location',
  'unitCost',
  'updatedAt',
] as const;
export const movementFields = ['organization', 'sku', 'at', 'change', 'quantityAfter', 'reason', 'location'] as const;
export const listFields = ['organization', 'name', 'skus'] as const;

type Named<F extends readonly string[]> = { readonly [field in F[number]]?: string };
export type InventoryFields = {
  readonly products?: Named<typeof productFields>;
  readonly movements?: Named<typeof movementFields>;
  readonly lists?: Named<typeof listFields>;
};
export type InventoryCollections = {
  readonly products?: string;
  readonly movements?: string;
  readonly lists?: string;
  readonly memory?: string;
};

export type Names<F extends readonly string[]> = { readonly [field in F[number]]: string };

/** Every field by its name in documents. */
export const namesOf = <const F extends readonly string[]>(fields: F, given: Named<F> = {}): Names<F> =>
  Object.fromEntries(fields.map((field: F[number]) => [field, given[field] ?? field])) as Names<F>;
