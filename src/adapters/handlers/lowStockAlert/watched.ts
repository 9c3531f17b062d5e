import type { InventoryReader, Product, ProductFilter } from '../../../application/ports/inventory.js';
import type { Parameters } from './schema.js';

export type Watched = {
  readonly products: AsyncIterable<Product>;
  /** What was asked for and is not in the inventory; complete once all products have been read. */
  readonly unknown: ReadonlySet<string>;
};

/** The products that parameters ask for, each once. Throws where there is nothing to watch: an alert must not be silent by mistake. */
export const watchedProducts = async (
  inventory: InventoryReader,
  organization: string,
  asked: Parameters['products'],
): Promise<Watched> => {
  if (asked === undefined) return { products: inventory.products(organization), unknown: new Set() };
  const { lists, skus, categories, locations } = Array.isArray(asked) ? await listsAndSkus(inventory, organization, asked) : asked;
  const listed = await Promise.all((lists ?? []).map((name) => membersOf(inventory, organization, name)));
  const named = new Set([...listed.flat(), ...(skus ?? [])]);
  const unknown = new Set(named);
  const within = locations && { locations };
  const filters: readonly ProductFilter[] = [
    ...(lists || skus ? [{ skus: [...named], ...within }] : []),
    ...(categories ? [{ categories, ...within }] : []),
    ...(within && !lists && !skus && !categories ? [within] : []),
  ];
  if (locations) for (const sku of (await inventory.find(organization, [...named])).keys()) unknown.delete(sku);
  const products = async function* (): AsyncGenerator<Product> {
    const seen = new Set<string>();
    for (const filter of filters)
      for await (const product of inventory.products(organization, filter)) {
        unknown.delete(product.sku);
        if (seen.has(product.sku)) continue;
        seen.add(product.sku);
        yield product;
      }
  };
  return { products: products(), unknown };
};

/** A name is that of a list, if there is one, or else an SKU. */
const listsAndSkus = async (inventory: InventoryReader, organization: string, names: readonly string[]) => {
  const lists: string[] = [];
  for (const name of names) if ((await inventory.list(organization, name)) !== null) lists.push(name);
  const skus = names.filter((name) => !lists.includes(name));
  const known = await inventory.find(organization, skus);
  if (lists.length === 0 && known.size === 0)
    throw new Error(`parameters.products: the inventory has neither a list nor an SKU ${names.slice(0, 10).join(', ')}`);
  return { lists, skus, categories: undefined, locations: undefined };
};

const membersOf = async (inventory: InventoryReader, organization: string, name: string): Promise<readonly string[]> => {
  const members = await inventory.list(organization, name);
  if (members !== null) return members;
  throw new Error(`parameters.products.lists: the inventory has no list ${name}`);
};
