import { describe, expect, it } from 'vitest';
import { begin } from '../../../application/opened.js';
import { csv, fromFile, openWorld } from './world.js';

const stock = csv(
  'SKU,Name,Quantity,Reorder Point,Category,Location,unit_cost,lists',
  'BOLT-8,"Hex bolt, M8",12,40,Fasteners,A-01,0.35,critical_items;audit',
  'NUT-8,Nut M8,1200,,Fasteners,A-01,,',
  'GLUE,Wood glue,3.5,4,Chemicals,,6.2,critical_items',
);

describe('inventory_sync of products', () => {
  it('stores what a file has, and says so', async () => {
    const world = openWorld();
    const result = await world.run({ source: fromFile(world.write('stock.csv', stock)) });
    expect(result).toEqual({
      message: '3 rows, 3 added',
      source: 'stock.csv',
      rows: 3,
      added: 3,
      changed: 0,
      removed: 0,
      unchanged: 0,
      rejected: 0,
      lists: { audit: 1, critical_items: 2 },
      report: 'nightly/0190aaaa-0000-7000-8000-00000000000a/differences.csv',
    });
    const updatedAt = begin.getTime();
    expect(await world.products()).toEqual([
      {
        sku: 'BOLT-8',
        name: 'Hex bolt, M8',
        quantity: 12,
        reorderPoint: 40,
        category: 'Fasteners',
        location: 'A-01',
        unitCost: 0.35,
        updatedAt,
      },
      { sku: 'GLUE', name: 'Wood glue', quantity: 3.5, reorderPoint: 4, category: 'Chemicals', location: null, unitCost: 6.2, updatedAt },
      {
        sku: 'NUT-8',
        name: 'Nut M8',
        quantity: 1200,
        reorderPoint: null,
        category: 'Fasteners',
        location: 'A-01',
        unitCost: null,
        updatedAt,
      },
    ]);
    expect(await (await world.services.inventory()).list('default', 'critical_items')).toEqual(['BOLT-8', 'GLUE']);
  });

  it('does nothing the second time, and reports what differs the third', async () => {
    const world = openWorld();
    const parameters = { source: fromFile(world.write('stock.csv', stock)), deleteMissing: true, maxDeleteShare: 0.5 };
    await world.run(parameters);
    expect(await world.run(parameters)).toMatchObject({ rows: 3, added: 0, changed: 0, removed: 0, unchanged: 3 });
    world.write(
      'stock.csv',
      csv('sku,name,quantity,unitCost,lists', 'BOLT-8,"Hex bolt, M8",10,0.35,', 'GLUE,Wood glue,3.5,6.3,critical_items', '=1+1,Evil,1,1,'),
    );
    const result = await world.run(parameters, { context: { executionId: '0190aaaa-0000-7000-8000-00000000000b' } });
    expect(result).toMatchObject({ rows: 3, added: 1, changed: 2, removed: 1, unchanged: 0, lists: { critical_items: 1, audit: 0 } });
    expect(await world.reportOf(result)).toEqual([
      'difference,sku,field,before,after,note',
      'changed,BOLT-8,quantity,12,10,',
      'changed,GLUE,unitCost,6.2,6.3,',
      "added,'=1+1,quantity,,1,Evil",
      'removed,NUT-8,,,,',
    ]);
    expect((await world.products()).map(({ sku, reorderPoint }) => [sku, reorderPoint])).toEqual([
      ['=1+1', null],
      ['BOLT-8', 40],
      ['GLUE', 4],
    ]);
    expect(await world.movements()).toEqual([
      { sku: 'BOLT-8', at: begin.getTime(), change: -2, quantityAfter: 10, reason: 'inventory_sync nightly', location: 'A-01' },
    ]);
  });

  it('only says what it would do in a dry run', async () => {
    const world = openWorld();
    await world.run({ source: fromFile(world.write('stock.csv', stock)) });
    const before = await world.products();
    world.write('stock.csv', csv('sku,quantity,lists', 'GLUE,9,other', 'NEW,1,'));
    const source = fromFile('stock.csv');
    const result = await world.run({ source, deleteMissing: true, maxDeleteShare: 1, dryRun: true });
    expect(result).toMatchObject({ dryRun: true, added: 1, changed: 1, removed: 2 });
    expect(await world.products()).toEqual(before);
    expect(await (await world.services.inventory()).list('default', 'other')).toBeNull();
  });

  it('leaves in a delta what the source does not name, list by list', async () => {
    const world = openWorld();
    await world.run({ source: fromFile(world.write('stock.csv', stock)) });
    const result = await world.run({
      mode: 'delta',
      source: fromFile(
        world.write('delta.json', '[{"sku":"NUT-8","quantity":1100,"lists":["critical_items"]},{"sku":"GLUE","name":"Glue","lists":[]}]'),
        'json',
      ),
    });
    expect(result).toMatchObject({ rows: 2, changed: 2, removed: 0, lists: { critical_items: 2, audit: 1 } });
    expect((await world.products()).map(({ sku, name, quantity }) => [sku, name, quantity])).toEqual([
      ['BOLT-8', 'Hex bolt, M8', 12],
      ['GLUE', 'Glue', 3.5],
      ['NUT-8', 'Nut M8', 1100],
    ]);
    expect(await (await world.services.inventory()).list('default', 'critical_items')).toEqual(['BOLT-8', 'NUT-8']);
  });

  it('refuses to remove more than a share, and removes nothing then; consent is a parameter', async () => {
    const world = openWorld();
    const rows = Array.from({ length: 10 }, (_, i) => `S${i},${i}`);
    await world.run({ source: fromFile(world.write('stock.csv', csv('sku,quantity', ...rows))) });
    const parameters = { source: fromFile(world.write('stock.csv', csv('sku,quantity', ...rows.slice(3), 'NEW,1'))), deleteMissing: true };
    await expect(world.run(parameters)).rejects.toMatchObject({
      name: 'NonRetryableError',
      message: expect.stringContaining(
        'the source lacks 3 of 10 products (30 %), and at most 20 % are removed at once: nothing was removed',
      ),
    });
    expect(await world.products()).toHaveLength(11);
    expect(await world.run({ ...parameters, maxDeleteShare: 0.3 })).toMatchObject({ removed: 3, unchanged: 8 });
    world.write('empty.csv', 'sku,quantity\n');
    await expect(world.run({ ...parameters, source: fromFile('empty.csv') })).rejects.toThrow('lacks 8 of 8');
  });

  it('removes nothing where it is not known which product a row is of, and nothing that was rejected', async () => {
    const world = openWorld();
    await world.run({ source: fromFile(world.write('stock.csv', csv('sku,quantity', 'A,1', 'B,1', 'C,1'))) });
    const parameters = { source: fromFile('stock.csv'), deleteMissing: true, maxDeleteShare: 1 };
    world.write('stock.csv', csv('sku,quantity', 'A,1', ',7'));
    expect(await world.run(parameters)).toMatchObject({
      removed: 0,
      notRemoved: 'nothing was removed, since not every row says of which product it is: 1 of 2 rows',
    });
    world.write('stock.csv', csv('sku,quantity', 'A,1', 'B,many'));
    expect(await world.run(parameters)).toMatchObject({ removed: 1, rejections: [{ where: 'line 3', sku: 'B' }] });
    expect((await world.products()).map(({ sku }) => sku)).toEqual(['A', 'B']);
  });

  it('keeps organizations apart', async () => {
    const world = openWorld();
    const source = fromFile(world.write('stock.csv', csv('sku,quantity', 'A,1')));
    await world.run({ source }, { context: { organization: 'acme' } });
    world.write('stock.csv', csv('sku,quantity', 'B,1'));
    await world.run({ source, deleteMissing: true, maxDeleteShare: 1 }, { context: { organization: 'other' } });
    expect((await world.products('acme')).map(({ sku }) => sku)).toEqual(['A']);
  });

  it('reads columns by the names that a mapping gives, and numbers with a decimal comma', async () => {
    const world = openWorld();
    world.write('lager.csv', '\ufeffArtikel;Bestand;Preis;Geändert\r\n"A";"1,5";2,25;2026-03-01\r\n');
    const source = {
      ...fromFile('lager.csv'),
      delimiter: ';',
      decimalComma: true,
      mapping: { sku: 'Artikel', name: 'Artikel', quantity: 'Bestand', unitCost: 'Preis', updatedAt: 'Geändert' },
    };
    await world.run({ source });
    expect(await world.products()).toMatchObject([{ sku: 'A', name: 'A', quantity: 1.5, unitCost: 2.25, updatedAt: Date.UTC(2026, 2, 1) }]);
  });

  it('reads values inside of others', async () => {
    const world = openWorld();
    world.write('stock.json', JSON.stringify([{ code: 7, stock: { onHand: 4, 'min.level': 1 }, 'a.b': 'dotted' }]));
    const mapping = { sku: 'code', quantity: 'stock.onHand', name: 'a.b', location: 'constructor.name' };
    await world.run({ source: { ...fromFile('stock.json', 'json'), mapping } });
    expect(await world.products()).toMatchObject([{ sku: '7', name: 'dotted', quantity: 4, location: null }]);
  });
});

describe('inventory_sync of movements', () => {
  const movements = csv(
    'id,sku,at,change,quantityAfter,reason,location',
    'm1,A,2026-01-01T08:00:00Z,-2,8,sale,S1',
    'm2,A,2026-01-02T08:00:00+01:00,10,18,delivery,',
    'm3,A,yesterday,1,1,,',
  );

  it('adds each once, and changes no product', async () => {
    const world = openWorld();
    const parameters = { content: 'movements', source: fromFile(world.write('movements.csv', movements)) };
    expect(await world.run(parameters)).toMatchObject({
      rows: 3,
      added: 2,
      unchanged: 0,
      rejected: 1,
      rejections: [{ where: 'line 4', sku: 'A', why: 'at is "yesterday", which is not a date such as 2026-03-01T08:00:00Z' }],
    });
    expect(await world.run(parameters)).toMatchObject({ added: 0, unchanged: 2, rejected: 1 });
    expect(await world.movements()).toEqual([
      { sku: 'A', at: Date.UTC(2026, 0, 1, 8), change: -2, quantityAfter: 8, reason: 'sale', location: 'S1' },
      { sku: 'A', at: Date.UTC(2026, 0, 2, 7), change: 10, quantityAfter: 18, reason: 'delivery', location: null },
    ]);
    expect(await world.products()).toEqual([]);
  });

  it('knows those without an id by what is said of them', async () => {
    const world = openWorld();
    const text = movements.replaceAll(/^(m\d|id),/gm, '');
    const parameters = { content: 'movements', source: fromFile(world.write('movements.csv', text)) };
    expect(await world.run(parameters)).toMatchObject({ added: 2 });
    expect(await world.run(parameters)).toMatchObject({ added: 0, unchanged: 2 });
  });
});
