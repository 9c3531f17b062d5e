import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, describe, expect, it } from 'vitest';
import { openEmbeddedInventory } from '../../../src/adapters/inventory/embedded/index.js';
import { InventoryUnavailable } from '../../../src/application/ports/inventory.js';
import { instant } from '../../../src/domain/instant.js';
import { describeDataTables } from '../../contracts/dataTables.js';
import { describeInventory } from '../../contracts/inventory.js';
import { describeJobMemory } from '../../contracts/jobMemory.js';
import { newDirectory, removeDirectory } from '../sqlite/directory.js';

const defaultOrganization = 'default';
const openIn = async (tables?: readonly string[]) => {
  const directory = newDirectory();
  const opened = await openEmbeddedInventory({ directory, defaultOrganization, ...(tables && { tables }) });
  return {
    ...opened,
    directory,
    close: async () => {
      await opened.close();
      removeDirectory(directory);
    },
  };
};

const openInMemory = (tables?: readonly string[]) =>
  openEmbeddedInventory({ directory: null, defaultOrganization, ...(tables && { tables }) });
const logRow = (organization: string | undefined, when: unknown, text: string): string =>
  JSON.stringify({ ...(organization && { organization }), createdAt: when, action: text });

describeInventory('embedded', () => openIn());
describeJobMemory('embedded', () => openIn());
describeInventory('embedded, in memory', () => openInMemory());
describeJobMemory('embedded, in memory', () => openInMemory());
describeDataTables('embedded, in memory', async () => ({ ...(await openInMemory(['audit_logs', 'missing'])), logRow }));
describeDataTables('embedded', async () => ({ ...(await openIn(['audit_logs', 'missing'])), logRow }));

describe('the embedded inventory', () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  const open = async (tables?: readonly string[]) => {
    const opened = await openIn(tables);
    closing.push(opened.close);
    return opened;
  };
  const at = instant(Date.UTC(2026, 0, 1));
  const product = {
    sku: 'A',
    name: 'A',
    quantity: 1,
    reorderPoint: null,
    category: null,
    location: null,
    unitCost: null,
    updatedAt: at,
  };

  it('is there after it was closed, and shared by two processes', async () => {
    const first = await open();
    const second = await openEmbeddedInventory({ directory: first.directory, defaultOrganization });
    closing.unshift(second.close);
    await first.inventory.put('default', [product], { reason: 'count', at, key: 'k' });
    expect(await second.inventory.find('default', ['A'])).toEqual(new Map([['A', product]]));
    await first.inventory.remove('default', ['A']);
    expect(await second.inventory.find('default', ['A'])).toEqual(new Map());
  });

  it('cleans logs and movements by default, saves products beside, and notes in audit_logs what has changed', async () => {
    const { inventory, tables } = await open();
    expect(tables.allowed).toEqual(['audit_logs', 'error_logs', 'stock_movements', 'product_lists', 'products']);
    expect(tables.cleanable).toEqual(['audit_logs', 'error_logs', 'stock_movements']);
    await inventory.put('default', [product], { reason: 'count', at, key: 'k' });
    await inventory.put('default', [product], { reason: 'count', at, key: 'k' });
    const rows = { organization: 'default', before: instant(at + 1) };
    expect(await tables.count({ ...rows, table: 'audit_logs', dateField: 'createdAt' })).toBe(1);
    await expect(tables.deleteOldest({ ...rows, table: 'products', dateField: 'updatedAt' }, 1)).rejects.toThrow('not cleaned by age');
  });

  it('understands dates that other programs wrote as texts', async () => {
    const { tables, directory } = await open(['theirs']);
    const db = new Libsql(join(directory, 'inventory.db'));
    db.exec(`CREATE TABLE theirs (written TEXT, n INTEGER, "odd "" name" BLOB);
      INSERT INTO theirs VALUES ('2025-12-31T23:59:59.900Z', 1, x'00ff'), ('2026-01-01T01:00:00+02:00', 2, NULL), ('2026-01-01 00:00:00', 3, NULL),
        ('now', 4, NULL), ('2451545', 5, NULL), (NULL, 6, NULL), ('2026-01-02', 7, NULL)`);
    db.close();
    const rows = { organization: 'default', table: 'theirs', dateField: 'written', before: at };
    expect(await tables.count(rows)).toBe(2);
    const dump = async () => {
      const read: string[] = [];
      for await (const row of tables.dump('default', 'theirs')) read.push(row);
      return read;
    };
    expect((await dump())[0]).toBe('{"written":"2025-12-31T23:59:59.900Z","n":1,"odd \\" name":{"$base64":"AP8="}}');
    expect(await tables.deleteOldest(rows, 10)).toBe(2);
    expect(await dump()).toHaveLength(5);
    expect(await tables.count({ ...rows, organization: 'other' })).toBe(0);
  });

  it('says why it cannot be opened, and what follows when it is closed', async () => {
    const { inventory, close, directory } = await open();
    await inventory.list('default', 'x');
    const occupied = join(directory, 'inventory.db', 'below-a-file');
    await expect(openEmbeddedInventory({ directory: occupied, defaultOrganization })).rejects.toThrow(InventoryUnavailable);
    await close();
    await expect(inventory.list('default', 'x')).rejects.toThrow('The inventory is closed');
  });
});
