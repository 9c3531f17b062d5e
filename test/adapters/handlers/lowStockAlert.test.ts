import { afterEach, describe, expect, it } from 'vitest';
import type { Services } from '../../../src/adapters/handlers/index.js';
import { lowStockAlert } from '../../../src/adapters/handlers/lowStockAlert/index.js';
import type { Product } from '../../../src/application/ports/inventory.js';
import { createScheduler } from '../../../src/bootstrap/index.js';
import { createServices } from '../../../src/bootstrap/services/index.js';
import { type Instant, instant } from '../../../src/domain/instant.js';
import type { JsonObject } from '../../../src/domain/json.js';
import { begin, hour } from '../../application/opened.js';
import { openMailbox } from '../../servers/mailbox.js';
import { textOf } from '../outbound/servers.js';
import { type Given, runType, servicesIn, temporaryDirectory } from './opened.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
const mailbox = async (options: Parameters<typeof openMailbox>[0] = {}) => {
  const opened = await openMailbox(options);
  closing.push(opened.close);
  return opened;
};

type Result = {
  readonly message: string;
  readonly alert: boolean;
  readonly low: number;
  readonly newlyLow: readonly string[];
  readonly recovered: readonly string[];
  readonly items: readonly { readonly sku: string }[];
  readonly report?: string;
};

const product = (sku: string, quantity: number, given: Partial<Product> = {}): Product => ({
  sku,
  name: `Product ${sku}`,
  quantity,
  reorderPoint: null,
  category: null,
  location: null,
  unitCost: null,
  updatedAt: instant(begin.getTime()),
  ...given,
});

/** A stock that a test fills, and a job that looks at it. */
const openWorld = (smtp?: string) => {
  const directory = temporaryDirectory();
  let now = begin.getTime();
  const clock = { now: (): Instant => instant(now) } as Services['clock'];
  let mailer: Services['mailer'] | undefined;
  if (smtp !== undefined) {
    const options = { store: 'memory', predefined: { smtp, mailFrom: 'stock@example.com' } } as const;
    const { services, close } = createServices(
      () => options,
      clock,
      () => Promise.reject(new Error('this test has no scheduler')),
    );
    closing.push(close);
    mailer = services.mailer;
  }
  const services = servicesIn(directory, [], { clock, ...(mailer && { mailer }) });
  const type = lowStockAlert(services);
  let executions = 0;
  return {
    directory,
    type,
    services,
    later: (ms: number): void => {
      now += ms;
    },
    fill: async (...products: readonly Product[]): Promise<void> => {
      await (await services.inventory()).put('default', products, { reason: 'count', at: instant(now), key: `${executions}` });
    },
    run: async (parameters: JsonObject = {}, given: Given = {}) => {
      const executionId = `0190aaaa-0000-7000-8000-${String(++executions).padStart(12, '0')}`;
      return (await runType(type, parameters, { ...given, context: { executionId, ...given.context } })) as Result;
    },
    orderList: async ({ report = '' }: Result): Promise<readonly string[]> => {
      const opened = await (await services.artifacts()).open('default', report);
      return opened ? (await textOf(opened.content)).trimEnd().split('\r\n') : [];
    },
  };
};
const skusOf = ({ items }: Result): readonly string[] => items.map(({ sku }) => sku);

describe('low_stock_alert', () => {
  it('lists exactly what is at or below the threshold, by location, and how much of it to order', async () => {
    const world = openWorld();
    await world.fill(
      product('A', 10, { location: 'Lyon', unitCost: 2.5, reorderPoint: 30 }),
      product('B', 11, { location: 'Hamburg' }),
      product('C', 0, { location: 'Hamburg', unitCost: 1 }),
      product('D', 9.5),
      product('E', -3, { location: 'Lyon' }),
    );
    const result = await world.run({ threshold: 10 });
    expect(result).toEqual({
      message: '4 of 5 products low (all new), to order for 145',
      alert: true,
      checked: 5,
      low: 4,
      newlyLow: ['A', 'C', 'D', 'E'],
      recovered: [],
      items: [
        { sku: 'A', name: 'Product A', location: 'Lyon', quantity: 10, limit: 10, order: 50, cost: 125 },
        { sku: 'C', name: 'Product C', location: 'Hamburg', quantity: 0, limit: 10, order: 20, cost: 20 },
        { sku: 'D', name: 'Product D', location: null, quantity: 9.5, limit: 10, order: 11, cost: null },
        { sku: 'E', name: 'Product E', location: 'Lyon', quantity: -3, limit: 10, order: 23, cost: null },
      ],
      locations: [
        { location: 'Hamburg', low: 1, orderCost: 20 },
        { location: 'Lyon', low: 2, orderCost: 125 },
        { location: null, low: 1, orderCost: 0 },
      ],
      orderCost: 145,
      report: 'nightly/0190aaaa-0000-7000-8000-000000000001/low-stock.csv',
    });
    expect(await world.orderList(result)).toEqual([
      'location,sku,name,category,quantity,limit,order,cost,new',
      'Hamburg,C,Product C,,0,10,20,20,new',
      'Lyon,A,Product A,,10,10,50,125,new',
      'Lyon,E,Product E,,-3,10,23,,new',
      ',D,Product D,,9.5,10,11,,new',
    ]);
  });

  it('goes by reorder points where there is no threshold, and says of how many there is none', async () => {
    const world = openWorld();
    await world.fill(product('A', 5, { reorderPoint: 5 }), product('B', 6, { reorderPoint: 5 }), product('C', 0));
    expect(await world.run()).toMatchObject({ low: 1, newlyLow: ['A'], withoutReorderPoint: 1 });
  });

  it.each<readonly [JsonObject['products'] & object, readonly string[], readonly string[] | undefined]>([
    [['critical_items'], ['A', 'B'], ['GONE']],
    [['critical_items', 'C'], ['A', 'B', 'C'], ['GONE']],
    [['C', 'nobody'], ['C'], ['nobody']],
    [{ lists: ['critical_items'], categories: ['x'] }, ['A', 'B', 'D'], ['GONE']],
    [{ categories: ['x'] }, ['B', 'D'], undefined],
    [{ categories: ['x'], locations: ['L'] }, ['D'], undefined],
    [{ locations: ['L'] }, ['A', 'D'], undefined],
    [{ skus: ['A', 'B'], locations: ['L'] }, ['A'], undefined],
  ])('looks at %j only', async (products, low, unknown) => {
    const world = openWorld();
    await world.fill(
      product('A', 1, { location: 'L' }),
      product('B', 1, { category: 'x' }),
      product('C', 1),
      product('D', 1, { category: 'x', location: 'L' }),
      product('PLENTY', 100, { category: 'x', location: 'L' }),
    );
    await (await world.services.inventory()).putList('default', 'critical_items', ['A', 'B', 'PLENTY', 'GONE']);
    const result = await world.run({ threshold: 10, products });
    expect([...skusOf(result)].sort()).toEqual(low);
    expect('unknown' in result ? result.unknown : undefined).toEqual(unknown);
  });

  it('is never silent because there is nothing to look at', async () => {
    const world = openWorld();
    await expect(world.run()).rejects.toThrow('the inventory of default has no products');
    await expect(world.run({ products: ['critical_items'] })).rejects.toThrow('neither a list nor an SKU critical_items');
    await world.fill(product('A', 1));
    await expect(world.run({ products: { lists: ['critical_items'] } })).rejects.toThrow('the inventory has no list critical_items');
    await expect(world.run({ products: { categories: ['none'] } })).rejects.toThrow('none of the products');
    await expect(world.run({}, { context: { organization: 'other' } })).rejects.toThrow('the inventory of other has no products');
  });

  it('alerts when something becomes low, and again when it does so once more', async () => {
    const world = openWorld();
    const alerts = async (...products: readonly Product[]) => {
      await world.fill(...products);
      const { alert, newlyLow, recovered, low } = await world.run({ threshold: 10 });
      return { alert, newlyLow, recovered, low };
    };
    expect(await alerts(product('A', 5), product('B', 50))).toEqual({ alert: true, newlyLow: ['A'], recovered: [], low: 1 });
    expect(await alerts(product('A', 4))).toEqual({ alert: false, newlyLow: [], recovered: [], low: 1 });
    expect(await alerts(product('B', 10))).toEqual({ alert: true, newlyLow: ['B'], recovered: [], low: 2 });
    expect(await alerts(product('A', 40))).toEqual({ alert: false, newlyLow: [], recovered: ['A'], low: 1 });
    expect(await alerts(product('A', 3))).toEqual({ alert: true, newlyLow: ['A'], recovered: [], low: 2 });
  });

  it('remembers by job, across restarts', async () => {
    const world = openWorld();
    await world.fill(product('A', 5));
    await world.run({ threshold: 10 });
    expect(await world.run({ threshold: 10 }, { context: { jobName: 'another' } })).toMatchObject({ alert: true });
    expect(await world.run({ threshold: 10 }, { context: { jobId: 'made-anew' } })).toMatchObject({ alert: true });
    const again = lowStockAlert(servicesIn(world.directory, []));
    expect(await runType(again, { threshold: 10 }, { context: { jobId: 'made-anew' } })).toMatchObject({ alert: false, low: 1 });
  });

  it('repeats itself after the cooldown, or always, if asked', async () => {
    const world = openWorld();
    await world.fill(product('A', 5), product('B', 6));
    const daily = { threshold: 10, cooldown: { value: 1, unit: 'days' } };
    const alerts: boolean[] = [];
    for (let i = 0; i < 6; i++) {
      alerts.push((await world.run(daily)).alert);
      world.later(12 * hour);
    }
    expect(alerts).toEqual([true, false, true, false, true, false]);
    expect(await world.run({ threshold: 10, always: true })).toMatchObject({ alert: true, newlyLow: [] });
  });

  it('mails who asked for it, with the list attached, and names of products cannot do anything in it', async () => {
    const { url, received } = await mailbox();
    const world = openWorld(url);
    const evil = '<script>alert(1)</script>\u2028 =HYPERLINK("http://evil")';
    await world.fill(
      product('A', 5, { name: evil, location: '<b>L\n* FAKE\u202Efdp' }),
      product('=1+1', 2, { unitCost: 3 }),
      product('B', 99),
    );
    const parameters = { threshold: 10, notify: ['Ada <ada@example.com>', 'grace@example.com'] };
    const result = await world.run(parameters);
    expect(result).toMatchObject({ notified: ['ada@example.com', 'grace@example.com'], message: expect.stringContaining('mailed to 2') });
    await world.run(parameters);
    expect(received).toHaveLength(1);
    const mail = received[0]?.mail;
    expect(mail?.subject).toBe('Low stock: 2 items');
    expect(mail?.text).toContain('* =1+1  Product =1+1: 2 left (limit 10), order 18');
    expect(mail?.html).toContain('&lt;script&gt;');
    expect(mail?.html).not.toContain('<script>');
    expect(mail?.html).toContain('<h3>&lt;b&gt;L * FAKE\ufffdfdp</h3>');
    expect(mail?.text?.split('\n')).toContain('<b>L * FAKE\ufffdfdp');
    const [attached] = mail?.attachments ?? [];
    expect(attached?.filename).toBe('low-stock.csv');
    const list = new TextDecoder().decode(attached?.content as ArrayBuffer);
    expect(list).toBe(`${(await world.orderList(result)).join('\r\n')}\r\n`);
    expect(list).toContain("\r\n,'=1+1,Product =1+1,,2,10,18,54,new");
  });

  it('is tried again for a recipient whom the server put off, and not sent to the others twice', async () => {
    let greylists = true;
    const onRecipient = (address: string) => (greylists && address === 'grace@example.com' ? { code: 450, text: 'try later' } : null);
    const { url, received } = await mailbox({ onRecipient });
    const world = openWorld(url);
    await world.fill(product('A', 5));
    const parameters = { threshold: 10, notify: ['ada@example.com', 'grace@example.com'] };
    const executionId = '0190aaaa-0000-7000-8000-00000000000b';
    await expect(world.run(parameters, { context: { executionId } })).rejects.toThrow(/1 of 2 recipients have the mail.*try later/);
    greylists = false;
    const result = await world.run(parameters, { context: { executionId, attempt: 2 } });
    expect(result).toMatchObject({ alert: true, newlyLow: ['A'], notified: ['ada@example.com', 'grace@example.com'] });
    expect(received.map(({ recipients }) => recipients)).toEqual([['ada@example.com'], ['grace@example.com']]);
  });

  it('tells again what no server took, and not for good where that is no use', async () => {
    let answer: { code: number; text: string } | null = { code: 451, text: 'later' };
    const { url, received } = await mailbox({ onMail: () => answer });
    const world = openWorld(url);
    await world.fill(product('A', 5));
    const parameters = { threshold: 10, notify: 'ada@example.com' };
    await expect(world.run(parameters)).rejects.toMatchObject({ name: 'MailFailed', permanent: false });
    answer = { code: 554, text: 'spam' };
    await expect(world.run(parameters)).rejects.toMatchObject({ name: 'NonRetryableError' });
    answer = null;
    expect(await world.run(parameters)).toMatchObject({ alert: true, newlyLow: ['A'] });
    expect(received).toHaveLength(1);
  });

  it('that is broken off has told nobody, and forgets nothing', async () => {
    const world = openWorld();
    await world.fill(...Array.from({ length: 1_200 }, (_, i) => product(`S${i}`, 1)));
    const abort = new AbortController();
    abort.abort(new Error('the attempt exceeded its time-out'));
    await expect(world.run({ threshold: 10 }, { signal: abort.signal })).rejects.toThrow('exceeded its time-out');
    expect(await world.run({ threshold: 10 })).toMatchObject({
      alert: true,
      low: 1_200,
      newlyLow: { length: 200 },
      items: { length: 200 },
    });
  });

  it.each<readonly [JsonObject, readonly string[]]>([
    [{ threshold: '10' }, ['parameters.threshold']],
    [{ threshold: -1, products: [] }, ['parameters.threshold', 'parameters.products']],
    [{ products: { colours: ['red'] } }, ['parameters.products.colours', 'parameters.products']],
    [{ products: {} }, ['parameters.products']],
    [{ notify: ['ada@example.com\r\nBcc: x@example.com'] }, ['parameters.notify.0']],
    [{ cooldown: 'often' }, ['parameters.cooldown']],
    [{ cooldown: { value: 1, unit: 'years' } }, ['parameters.cooldown.unit']],
    [{ cooldown: { value: 100, unit: 'weeks' } }, ['parameters.cooldown']],
    [{ treshold: 10 }, ['parameters.treshold']],
  ])('refuses %j when it is scheduled, and says where', (parameters, paths) => {
    expect(
      openWorld()
        .type.check(parameters)
        .map(({ path }) => path),
    ).toEqual(paths);
  });

  it('works in a scheduler: its example is right, a fault of the mail server is waited for', async () => {
    const answers = [{ code: 421, text: 'busy' }, null];
    const { url, received } = await mailbox({ onMail: () => answers.shift() ?? null });
    const world = openWorld();
    await world.fill(product('A', 5), product('B', 50));
    await (await world.services.inventory()).putList('default', 'critical_items', ['A', 'B']);
    const scheduler = createScheduler({ store: 'memory', logger: false, predefined: { directory: world.directory, smtp: url } });
    closing.push(() => scheduler.stop({ drainMs: 0 }));
    await scheduler.scheduleJob({
      jobName: 'stock-check',
      jobType: 'low_stock_alert',
      schedule: { type: 'recurring', interval: { value: 1, unit: 'hours' } },
      parameters: world.type.example,
      backoff: { type: 'constant', delay: 0, jitter: 0 },
    });
    const run = await scheduler.runNow('stock-check');
    expect(run).toMatchObject({ status: 'completed', attempts: 2, result: { newlyLow: ['A'], checked: 2 } });
    expect(received.map(({ mail }) => mail.messageId)).toEqual([`<${run.executionId}@localhost>`]);
    expect((await scheduler.getExecution(run.executionId)).log.map(({ message }) => message)).toContain(
      'A (Product A): 5 left, limit 10, order 15',
    );
  });
});
