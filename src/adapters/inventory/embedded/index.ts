import type { DataTables } from '../../../application/ports/dataTables.js';
import type { InventoryReader, InventoryWriter, Product, StockMovement } from '../../../application/ports/inventory.js';
import type { JobMemory } from '../../../application/ports/jobMemory.js';
import { instant } from '../../../domain/instant.js';
import type { OpenInventory } from '../opened.js';
import { tableRules } from '../tableRules.js';
import type { MovementCursor } from './files/movements.js';
import { type Link, openLink } from './link.js';

export type EmbeddedOptions = {
  /** Null: in memory, as long as it is open. */
  readonly directory: string | null;
  /** Whose rows are those that name no organization. */
  readonly defaultOrganization: string;
  /** Tables of the file that jobs may clean and save. Default: its own, of which only logs and movements are cleaned. */
  readonly tables?: readonly string[];
};

const pageSize = 500;

/** Logs and movements age; products and lists are what is. */
const ageing = ['audit_logs', 'error_logs', 'stock_movements'];
const ownTables = { allowed: [...ageing, 'product_lists', 'products'], cleanable: ageing };

/** The inventory of its own: the file `inventory.db` in a directory, or nothing but memory. Rejects with `InventoryUnavailable` where it cannot be used. */
export const openEmbeddedInventory = async ({ directory, defaultOrganization, tables }: EmbeddedOptions): Promise<OpenInventory> => {
  const link = await openLink({ directory, defaultOrganization });
  return {
    inventory: { ...reader(link), ...writer(link) },
    tables: dataTables(link, tables ? { allowed: tables, cleanable: tables } : ownTables),
    memory: jobMemory(link),
    close: link.close,
  };
};

const reader = (link: Link): InventoryReader => ({
  products: async function* (organization, filter = {}) {
    let after = '';
    for (;;) {
      const page: readonly Product[] = await link.call('products', organization, filter, after, pageSize);
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < pageSize) return;
      after = last.sku;
    }
  },
  movements: async function* (organization, period, filter = {}): AsyncGenerator<StockMovement> {
    let after: MovementCursor | null = { at: instant(period.from - 1), row: Number.MAX_SAFE_INTEGER };
    while (after) {
      const { movements, next }: { movements: readonly StockMovement[]; next: MovementCursor | null } = await link.call(
        'movements',
        organization,
        period,
        filter,
        after,
        pageSize,
      );
      yield* movements;
      after = next;
    }
  },
  find: async (organization, skus) => new Map((await link.call('find', organization, skus)).map((product) => [product.sku, product])),
  list: (organization, name) => link.call('list', organization, name),
});

const writer = (link: Link): InventoryWriter => ({
  put: async (organization, products, change) => void (await link.call('put', organization, products, change)),
  remove: (organization, skus) => link.call('remove', organization, skus),
  putList: async (organization, name, skus) => void (await link.call('putList', organization, name, skus)),
  record: (organization, movements) => link.call('record', organization, movements),
});

const dataTables = (link: Link, rules: Pick<DataTables, 'allowed' | 'cleanable'>): DataTables => {
  const { allow, allowCleaning } = tableRules(rules);
  return {
    ...rules,
    exists: async (table) => rules.allowed.includes(table) && (await link.call('exists', table)),
    count: async (rows) => link.call('count', allowCleaning(rows)),
    deleteOldest: async (rows, limit) => link.call('deleteOldest', allowCleaning(rows), limit),
    dump: async function* (organization, table) {
      const id = await link.call('startDump', organization, allow(table));
      try {
        for (let page = await link.call('dumpPage', id, pageSize); page.length > 0; page = await link.call('dumpPage', id, pageSize))
          yield* page;
      } finally {
        await link.call('endDump', id);
      }
    },
    restore: async (organization, table, rows) => {
      const name = await link.call('startRestore', allow(table));
      try {
        let page: string[] = [];
        for await (const row of rows) {
          if (page.push(row) < pageSize) continue;
          await link.call('addRestored', name, page);
          page = [];
        }
        await link.call('addRestored', name, page);
        return await link.call('finishRestore', name, organization, table);
      } finally {
        await link.call('endRestore', name);
      }
    },
  };
};

const jobMemory = (link: Link): JobMemory => ({
  recall: async (owner) => JSON.parse((await link.call('recall', owner)) ?? 'null'),
  remember: async (owner, value) => void (await link.call('remember', owner, JSON.stringify(value))),
  forget: async (...owner) => void (await link.call('forget', ...owner)),
});
