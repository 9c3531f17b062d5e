import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { InventoryUnavailable, type InventoryWriter } from '../../../../src/application/ports/inventory.js';
import { csv, fromFile, openWorld } from './world.js';

const many = (count: number): string =>
  csv('sku,quantity', ...Array.from({ length: count }, (_, i) => `S${String(i).padStart(6, '0')},${i}`));

describe('parameters of inventory_sync', () => {
  const { type } = openWorld();
  const source = { file: 'stock.csv', format: 'csv' };

  it.each<readonly [object, readonly string[]]>([
    [{}, ['parameters.source']],
    [{ source: { format: 'csv' } }, ['parameters.source.url']],
    [{ source: { ...source, url: 'https://example.com/' } }, ['parameters.source.url']],
    [{ source: { ...source, format: 'xml' } }, ['parameters.source.format']],
    [{ source: { ...source, mapping: { colour: 'x' } } }, ['parameters.source.mapping.colour']],
    [{ source: { ...source, mapping: { at: 'x' } } }, ['parameters.source.mapping.at']],
    [{ source: { ...source, auth: { type: 'bearer', secret: 'X' } } }, ['parameters.source.auth']],
    [
      { source: { url: 'https://e.example/', format: 'csv', auth: { type: 'bearer', secret: 's3cret!' } } },
      ['parameters.source.auth.secret'],
    ],
    [
      { source: { url: 'https://e.example/', format: 'csv', auth: { type: 'bearer', token: 'x' } } },
      ['parameters.source.auth.secret', 'parameters.source.auth.token'],
    ],
    [{ source, mode: 'half', deleteMissing: 'yes' }, ['parameters.mode', 'parameters.deleteMissing']],
    [{ source, mode: 'delta', deleteMissing: true }, ['parameters.deleteMissing']],
    [{ source, content: 'movements', deleteMissing: true }, ['parameters.deleteMissing']],
    [{ source, maxDeleteShare: 20, maxRejected: -1 }, ['parameters.maxDeleteShare', 'parameters.maxRejected']],
    [{ source, deletMissing: true }, ['parameters.deletMissing']],
    [{ source: { file: '../../etc/passwd', format: 'csv' } }, ['parameters.source.file']],
    [{ source: { file: 'a\\..\\b', format: 'csv' } }, ['parameters.source.file']],
    [{ source: { file: '%2e%2e/x', format: 'csv' } }, ['parameters.source.file']],
  ])('%j are refused, and say where', (parameters, paths) => {
    expect(type.check(parameters as never).map(({ path }) => path)).toEqual(paths);
  });

  it('that are their own example are right, and have a schema', () => {
    expect(type.check(type.example)).toEqual([]);
    expect(type.parameters).toMatchObject({
      type: 'object',
      properties: { source: { type: 'object' }, mode: { enum: ['full', 'delta'] } },
    });
  });
});

describe('files of inventory_sync', () => {
  it('are read below the roots only, without following links', async () => {
    const { run, root, directory } = openWorld();
    writeFileSync(path.join(directory, 'outside.csv'), csv('sku,quantity', 'A,1'));
    symlinkSync(path.join(directory, 'outside.csv'), path.join(root, 'link.csv'));
    symlinkSync(directory, path.join(root, 'linked'));
    mkdirSync(path.join(root, 'folder.csv'));
    for (const file of ['/etc/passwd', path.join(directory, 'outside.csv'), 'link.csv', 'linked/outside.csv', 'folder.csv', 'missing.csv'])
      await expect(run({ source: fromFile(file) })).rejects.toThrow(/not below|a link|no regular file|there is no/);
  });

  it.each([
    ['a field without end', `sku,quantity\nA,"${'x'.repeat(300_000)}`, 'the CSV cannot be read'],
    ['a quote without end', 'sku,quantity\nA,1\nB,"2\nC,3\n', 'the CSV cannot be read'],
    ['a million columns', `sku,${'c,'.repeat(1_000)}quantity\n`, 'has 1002 columns'],
    ['no columns', '', 'the CSV is empty'],
    ['other columns', 'name,amount\nx,1\n', 'has no column sku; it has name, amount'],
  ])('with %s are refused', async (_, text, message) => {
    const { run, write, products } = openWorld();
    await expect(run({ source: fromFile(write('stock.csv', text)) })).rejects.toMatchObject({
      name: 'NonRetryableError',
      message: expect.stringContaining(message),
    });
    expect((await products()).length).toBeLessThan(2);
  });

  it.each([
    ['an object without items', '{"products":[]}', 'without an array "items"'],
    ['a text', '"stock"', 'line 1 has "\\"" where it should have an array or an object'],
    ['a value on each line', '[]\n[]', "give format 'ndjson'"],
    ['an end that is missing', '[{"sku":"A","quantity":1},', 'the JSON ends too early, on line 1'],
    ['a deep value', `[${'['.repeat(300_000)}`, 'a value has more than 262144 characters'],
  ])('of JSON with %s are refused', async (_, text, message) => {
    const { run, write } = openWorld();
    await expect(run({ source: fromFile(write('stock.json', text), 'json') })).rejects.toThrow(message);
  });

  it('cannot change what objects are', async () => {
    const { run, write, products } = openWorld();
    const text =
      '[{"sku":"__proto__","quantity":1,"__proto__":{"name":"polluted"},"constructor":{"prototype":{"isAdmin":true}}},{"sku":"A","quantity":2,"lists":["__proto__","constructor"]}]';
    expect(await run({ source: fromFile(write('stock.json', text), 'json') })).toMatchObject({ added: 2, rejected: 0 });
    const header = '__proto__,constructor,sku,quantity,lists';
    await run({ source: fromFile(write('stock.csv', csv(header, 'x,y,hasOwnProperty,3,__proto__'))) });
    expect((await products()).map(({ sku, name, quantity }) => [sku, name, quantity])).toEqual([
      ['A', 'A', 2],
      ['__proto__', '__proto__', 1],
      ['hasOwnProperty', 'hasOwnProperty', 3],
    ]);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it.each([
    ['1e3', 'is "1e3", which is not a number'],
    ['1,234', 'has 3 columns, and the first line has 2'],
    ['NaN', 'which is not a number'],
    ['Infinity', 'which is not a number'],
    ['0x10', 'which is not a number'],
    ['9999999999999', 'which is too large'],
    ['', 'quantity is empty'],
    ['"=1+1"', 'which is not a number'],
  ])('with the quantity %s have that row rejected', async (quantity, why) => {
    const { run, write } = openWorld();
    const result = await run({ source: fromFile(write('stock.csv', csv('sku,quantity', 'GOOD,1', `A,${quantity}`))) });
    expect(result).toMatchObject({ added: 1, rejected: 1, rejections: [{ where: 'line 3', why: expect.stringContaining(why) }] });
  });

  it.each(['A\u0000B', 'A\nB', 'x'.repeat(129), '', '   ', '\u2028'])('with the SKU %j have that row rejected', async (sku) => {
    const { run, write } = openWorld();
    const text = JSON.stringify([
      { sku, quantity: 1 },
      { quantity: 1 },
      { sku: { $gt: '' }, quantity: 1 },
      { sku: 'A', quantity: { $gt: '' } },
    ]);
    expect(await run({ source: fromFile(write('stock.json', text), 'json') })).toMatchObject({ rows: 4, added: 0, rejected: 4 });
  });

  it('in which too much is wrong are given up, and a product twice counts once', async () => {
    const { run, write, products } = openWorld();
    write('stock.csv', csv('sku,quantity', 'A,1', 'A,2', 'B,x', 'C,y', 'D,4'));
    await expect(run({ source: fromFile('stock.csv'), maxRejected: 2 })).rejects.toThrow(
      'more than 2 rows of the source are wrong, of 4 read; the first: line 3: sku is that of an earlier row, which counts',
    );
    expect(await run({ source: fromFile('stock.csv'), maxRejected: 3 })).toMatchObject({ rejected: 3, added: 2 });
    expect((await products()).map(({ sku, quantity }) => [sku, quantity])).toEqual([
      ['A', 1],
      ['D', 4],
    ]);
  });
});

describe('inventory_sync that is broken off', () => {
  it('leaves whole products, no report and nothing removed, and the next run ends it', async () => {
    const { run, write, products, services, movements } = openWorld();
    await run({ source: fromFile(write('old.csv', csv('sku,quantity', 'OLD,5', 'S000001,77'))) });
    const parameters = { source: fromFile(write('stock.csv', many(20_000))), deleteMissing: true, maxDeleteShare: 0.5 };
    const abort = new AbortController();
    const given = { signal: abort.signal, context: { executionId: '0190aaaa-0000-7000-8000-0000000000aa' } };
    const broken = run(parameters, {
      ...given,
      onProgress: (fraction) => {
        if (fraction > 0.5) abort.abort(new Error('the attempt exceeded its time-out'));
      },
    });
    await expect(broken).rejects.toThrow();
    const half = await products();
    expect(half.length).toBeGreaterThan(2);
    expect(half.length).toBeLessThan(20_001);
    expect(half.find(({ sku }) => sku === 'OLD')).toMatchObject({ quantity: 5 });
    const owner = { organization: 'default', jobName: 'nightly', executionId: given.context.executionId };
    expect(await (await services.artifacts()).list(owner)).toEqual([]);
    expect(await run(parameters, { context: { ...given.context, attempt: 2 } })).toMatchObject({ rows: 20_000, removed: 1 });
    expect(await products()).toHaveLength(20_000);
    expect(await movements()).toMatchObject([{ sku: 'S000001', change: -76, quantityAfter: 1 }]);
  });

  it('by a fault of the inventory is tried again, and records each change once', async () => {
    const world = openWorld();
    await world.run({
      source: fromFile(world.write('stock.csv', csv('sku,quantity', ...Array.from({ length: 1_200 }, (_, i) => `S${i},0`)))),
    });
    const inventory = await world.services.inventory();
    let calls = 0;
    const put: InventoryWriter['put'] = async (...given) => {
      if (++calls === 2) throw new InventoryUnavailable('it was restarted');
      await inventory.put(...given);
    };
    const faulty = openWorld({
      inventory: async () => ({
        products: inventory.products,
        movements: inventory.movements,
        find: inventory.find,
        list: inventory.list,
        remove: inventory.remove,
        putList: inventory.putList,
        record: inventory.record,
        put,
      }),
    });
    const parameters = {
      source: fromFile(faulty.write('stock.csv', csv('sku,quantity', ...Array.from({ length: 1_200 }, (_, i) => `S${i},7`)))),
    };
    await expect(faulty.run(parameters)).rejects.toThrow(InventoryUnavailable);
    expect(await faulty.run(parameters, { context: { attempt: 2 } })).toMatchObject({ changed: 700, unchanged: 500 });
    expect(await world.movements()).toHaveLength(1_200);
  });

  it('holds no more of 100,000 products than their names', async () => {
    const { run, write, products } = openWorld();
    const parameters = { source: fromFile(write('stock.csv', many(100_000))) };
    let most = 0;
    const before = process.memoryUsage().heapUsed;
    const onProgress = (): void => {
      most = Math.max(most, process.memoryUsage().heapUsed - before);
    };
    expect(await run(parameters, { onProgress })).toMatchObject({ rows: 100_000, added: 100_000 });
    expect(most).toBeLessThan(150 * 1024 ** 2);
    expect((await products()).length).toBe(100_000);
  });
});
