import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { extractText, getDocumentProxy } from 'unpdf';
import { afterAll, expect, it } from 'vitest';
import { openEmbeddedInventory } from '../../src/adapters/inventory/embedded/index.js';
import { instant } from '../../src/domain/instant.js';
import { openMailbox } from '../servers/mailbox.js';

const home = mkdtempSync(path.join(tmpdir(), 'inventory-jobs-'));
const data = path.join(home, 'data');
afterAll(() => rmSync(home, { recursive: true, force: true }));

const old = instant(Date.UTC(2020, 0, 1));
const future = instant(Date.UTC(2100, 0, 1));

const item = (sku: string, quantity: number) => ({
  ...{ sku, name: `Name of ${sku}`, quantity, reorderPoint: 100, category: null, location: null, unitCost: 1, updatedAt: future },
});
async function* rows(...given: readonly object[]): AsyncGenerator<string> {
  for (const row of given) yield JSON.stringify(row);
}
/** Whoever opens the file that jobs work on. */
const inInventory = async <T>(work: (opened: Awaited<ReturnType<typeof openEmbeddedInventory>>) => Promise<T>): Promise<T> => {
  const opened = await openEmbeddedInventory({ directory: data, defaultOrganization: 'default' });
  try {
    return await work(opened);
  } finally {
    await opened.close();
  }
};

/** An application of its own, in its own directory, with what a new user has in the environment and a mail server. */
const service = async (
  smtp: string,
): Promise<readonly { readonly status: string; readonly result: object; readonly executionId: string }[]> => {
  const { PATH } = process.env;
  const service = pathToFileURL(path.resolve('dist/bundle/index.js')).href;
  const child = spawn(process.execPath, [path.resolve('test/fixtures/inventoryJobs.mjs'), service], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: home,
    env: { PATH, HOME: home, SMTP_URL: smtp },
  });
  const [out, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  expect(code).toBe(0);
  return JSON.parse(out);
};

it("the user's three examples run as printed: a report in the mailbox, old rows gone, an alert for exactly what is low", async () => {
  await inInventory(async ({ inventory, tables }) => {
    const stock = [item('LOW', 3), item('JUST', 10), item('ENOUGH', 11), item('NOT-CRITICAL', 1)];
    await inventory.put('default', stock, { reason: 'count', at: future, key: 'first' });
    await inventory.putList('default', 'critical_items', ['LOW', 'JUST', 'ENOUGH']);
    const log = (createdAt: number, message: string) => ({ organization: 'default', createdAt, source: 'shop', message });
    await tables.restore('default', 'error_logs', rows(log(old, 'old'), log(future, 'new')));
    const theirs = { organization: 'acme', createdAt: old, source: 'shop', message: 'theirs' };
    await tables.restore('acme', 'error_logs', rows(theirs));
  });
  const mailbox = await openMailbox();
  const [report, cleanup, check] = await service(mailbox.url);
  await mailbox.close();

  expect(report).toMatchObject({ status: 'completed', result: { rows: 4, totals: { Products: 4, 'Units in stock': 25 } } });
  expect(mailbox.received.map(({ recipients }) => recipients)).toEqual([['management@example.com']]);
  const [attachment] = mailbox.received[0]?.mail.attachments ?? [];
  expect(attachment).toMatchObject({ mimeType: 'application/pdf', filename: expect.stringMatching(/^inventory-summary-.*\.pdf$/) });
  const pdf = new Uint8Array(attachment?.content as ArrayBuffer);
  const execution = path.join(data, 'artifacts', 'default', 'monthly-inventory-report', String(report?.executionId));
  expect(Buffer.compare(pdf, readFileSync(path.join(execution, attachment?.filename ?? '')))).toBe(0);
  const { text: pages } = await extractText(await getDocumentProxy(pdf), { mergePages: true });
  for (const shown of ['Inventory summary', 'Name of LOW', 'Name of NOT-CRITICAL', '25']) expect(pages).toContain(shown);

  expect(cleanup).toMatchObject({ status: 'completed', result: { tables: { error_logs: { matched: 1, deleted: 1 } } } });
  const messages = await inInventory(async ({ tables }) => {
    const left: string[] = [];
    for (const organization of ['default', 'acme'])
      for await (const row of tables.dump(organization, 'error_logs')) left.push(JSON.parse(row).message);
    return left;
  });
  expect(messages).toEqual(['new', 'theirs']);

  expect(check).toMatchObject({ status: 'completed', result: { alert: true, checked: 3, newlyLow: ['JUST', 'LOW'] } });
  expect(Object(check?.result).items).toMatchObject([
    { sku: 'JUST', quantity: 10 },
    { sku: 'LOW', quantity: 3 },
  ]);
  const list = readFileSync(
    path.join(data, 'artifacts', 'default', 'hourly-stock-check', String(check?.executionId), 'low-stock.csv'),
    'utf8',
  );
  expect(list.match(/JUST|LOW|ENOUGH|NOT-CRITICAL/g)?.sort()).toEqual(['JUST', 'JUST', 'LOW', 'LOW']);
});
