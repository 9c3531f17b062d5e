import {
  type InventoryCollections,
  type InventoryFields,
  listFields,
  movementFields,
  type Names,
  namesOf,
  productFields,
} from './names.js';
import { type Owners, ownersOf } from './owners.js';

/** Where an application keeps its stock, and how it calls things. */
export type Mapping = {
  readonly collections: Required<InventoryCollections>;
  readonly products: Names<typeof productFields>;
  readonly movements: Names<typeof movementFields>;
  readonly lists: Names<typeof listFields>;
  readonly owners: Owners;
};

export type MappingOptions = {
  readonly collections?: InventoryCollections;
  readonly fields?: InventoryFields;
  readonly organizationAs?: 'text' | 'objectId';
  readonly defaultOrganization: string;
};

export const mappingOf = ({ collections, fields = {}, organizationAs, defaultOrganization }: MappingOptions): Mapping => ({
  collections: { products: 'products', movements: 'stock_movements', lists: 'product_lists', memory: 'scheduler_memory', ...collections },
  products: namesOf(productFields, fields.products),
  movements: namesOf(movementFields, fields.movements),
  lists: namesOf(listFields, fields.lists),
  owners: ownersOf(defaultOrganization, organizationAs),
});
