import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesInWords } from '../../../../src/application/bytesInWords.js';
import type { Product } from '../../../../src/application/ports/inventory.js';
import { type Mail, type Mailer, MailFailed } from '../../../../src/application/ports/mailer.js';
import { createScheduler } from '../../../../src/bootstrap/index.js';
import type { JsonObject } from '../../../../src/domain/json.js';
import { temporaryDirectory } from '../opened.js';
import { contentOf, open, product, stock } from './opened.js';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Files on disk, drafts included. */
const filesIn = (place: string): readonly string[] =>
  existsSync(place)
    ? readdirSync(place, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []))
    : [];

describe('parameters', () => {
  const issues = (parameters: JsonObject) =>
    open(directory)
      .type.check(parameters)
      .map(({ path, message }) => `${path} ${message}`);

  it('of the documentation are taken', () => {
    expect(issues({ reportType: 'inventory_summary', format: 'pdf', emailRecipients: ['management@example.com'] })).toEqual([]);
    expect(issues(open(directory).type.example)).toEqual([]);
  });

  it.each([
    [{ reportType: 'sales' }, 'parameters.reportType must be one of inventory_summary, stock_movements'],
    [{ format: 'docx' }, 'parameters.format must be one of pdf, csv, xlsx, html'],
    [{ emailRecipients: ['ok@example.com', 'a@b.example\r\nBcc: c@d.example'] }, 'parameters.emailRecipients.1 must be one address'],
    [{ emailRecipients: Array(51).fill('a@example.com') }, 'parameters.emailRecipients must be at most 50'],
    [{ locale: 'not a locale' }, 'parameters.locale must be a language tag'],
    [{ timezone: '../../etc/passwd' }, 'parameters.timezone must be an IANA time zone'],
    [{ timezone: '+02:00' }, 'parameters.timezone must be an IANA time zone'],
    [{ currency: 'euro' }, 'parameters.currency must be an ISO 4217 code'],
    [{ title: 'two\nlines' }, 'parameters.title must be one line'],
    [{ title: '' }, 'parameters.title must not be empty'],
    [{ filters: { sku: ['a'] } }, 'parameters.filters.sku is not a parameter'],
    [{ filters: { skus: { $ne: null } } }, 'parameters.filters.skus '],
    [{ filters: { tags: ['a'] } }, 'parameters.filters.tags is not a filter of inventory_summary'],
    [{ reportType: 'job_activity', filters: { skus: ['a'] } }, 'parameters.filters.skus is not a filter of job_activity'],
    [{ period: 'last_month' }, 'parameters.period does not apply to inventory_summary'],
    [{ reportType: 'stock_movements', period: 'last_age' }, 'parameters.period must be one of today'],
    [
      { reportType: 'stock_movements', period: { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' } },
      'parameters.period.to must be later than from',
    ],
    [{ emailRecipient: [] }, 'parameters.emailRecipient is not a parameter of this job type'],
  ])('%j are refused', (wrong, message) => {
    const found = issues({ reportType: 'inventory_summary', format: 'pdf', ...wrong } as JsonObject);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  it('are refused when the job is scheduled, and nothing is', async () => {
    const scheduler = createScheduler({ store: 'memory', predefined: { directory }, logger: false, autoStart: false });
    closing.push(() => scheduler.stop());
    const job = {
      ...{ jobName: 'monthly', jobType: 'report_generation', schedule: { type: 'recurring', cronExpression: '0 8 1 * *' } as const },
      parameters: { reportType: 'sales', format: 'docx' },
    };
    await expect(scheduler.scheduleJob(job)).rejects.toMatchObject({
      issues: [{ path: 'parameters.reportType' }, { path: 'parameters.format' }],
    });
    expect(await scheduler.getScheduledJobs()).toEqual([]);
  });
});

describe('filters and periods', () => {
  it('reach the inventory', async () => {
    const asked: unknown[] = [];
    const { make } = open(directory, { asked });
    await make({ reportType: 'valuation', format: 'csv', filters: { categories: ['Tools'], locations: ['Hall A'] } });
    expect(asked).toEqual([['default', { categories: ['Tools'], locations: ['Hall A'] }]]);
  });

  it.each([
    ['today', '2026-03-01T23:00:00.000Z', '2026-03-02T08:30:00.000Z'],
    ['yesterday', '2026-02-28T23:00:00.000Z', '2026-03-01T23:00:00.000Z'],
    ['last_month', '2026-01-31T23:00:00.000Z', '2026-02-28T23:00:00.000Z'],
    ['this_year', '2025-12-31T23:00:00.000Z', '2026-03-02T08:30:00.000Z'],
    [undefined, '2026-01-30T23:00:00.000Z', '2026-03-02T08:30:00.000Z'],
  ])('%s are those of the time zone, before the planned time', async (period, from, to) => {
    const asked: unknown[] = [];
    const parameters = { reportType: 'stock_movements', format: 'csv', timezone: 'Europe/Berlin', ...(period && { period }) };
    await open(directory, { asked }).make(parameters);
    expect(asked).toEqual([['default', { from: Date.parse(from), to: Date.parse(to) }, {}]]);
  });

  it('choose jobs by type and tag, and count their days', async () => {
    const parameters = { reportType: 'job_activity', format: 'csv' };
    const counts = async (more: JsonObject) => (await open(temporaryDirectory()).make({ ...parameters, ...more })).result.totals;
    expect(await counts({ filters: { jobTypes: ['sync'] } })).toMatchObject({ Jobs: 1, Completed: 9 });
    expect(await counts({ filters: { tags: ['nothing'] } })).toMatchObject({ Jobs: 0 });
    expect(await counts({ period: { from: '2026-01-01T00:00:00Z', to: '2026-03-02T00:00:00Z' } })).toMatchObject({ Completed: 99 });
  });
});

/** A mailer that takes what it is told to; each attachment is read to its end. */
const mailerOf = (answer: (mail: Mail, call: number) => void = () => undefined) => {
  const sent: { readonly mail: Mail; readonly attached: readonly Buffer[] }[] = [];
  let calls = 0;
  const mailer: Mailer = {
    send: async (mail) => {
      answer(mail, ++calls);
      const attached: Buffer[] = [];
      for (const { content } of mail.attachments ?? []) {
        const chunks: Uint8Array[] = [];
        for await (const chunk of content) chunks.push(chunk);
        attached.push(Buffer.concat(chunks));
      }
      sent.push({ mail, attached });
      return { messageId: `<${mail.key}@test>`, accepted: mail.to, refused: [] };
    },
    close: async () => undefined,
  };
  return { mailer: async () => mailer, sent };
};

describe('a report that is mailed', () => {
  const parameters = { reportType: 'inventory_summary', format: 'csv', emailRecipients: ['management@example.com'] };

  it('is attached, and the mail says what it comes to', async () => {
    const { mailer, sent } = mailerOf();
    const { make } = open(directory, { instead: { mailer } });
    const { result, content } = await make(parameters);
    expect(result.mailed).toMatchObject({ accepted: ['management@example.com'], attached: true });
    expect(result.message).toBe(`4 rows in ${result.name} (${bytesInWords(content.length)}), mailed to 1 of 1`);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.mail).toMatchObject({ to: ['management@example.com'], subject: 'Inventory summary – default' });
    expect(sent[0]?.mail.text).toContain('Products: 4');
    expect(sent[0]?.attached[0]?.equals(content)).toBe(true);
  });

  it('is made once, however often the mail fails', async () => {
    let reads = 0;
    async function* products(): AsyncGenerator<Product> {
      reads++;
      yield* stock;
    }
    const { mailer, sent } = mailerOf((_, call) => {
      if (call < 3) throw new MailFailed('the server is busy', false);
    });
    const { run, services } = open(directory, { products, instead: { mailer } });
    await expect(run(parameters)).rejects.toThrow('the server is busy');
    await expect(run(parameters, { context: { attempt: 2 } })).rejects.toThrow('the server is busy');
    const result = await run(parameters, { context: { attempt: 3 } });
    expect(reads).toBe(1);
    expect(result).toMatchObject({ rows: 4, totals: { Products: 4 }, mailed: { attached: true } });
    expect(new Set(sent.map(({ mail }) => mail.key)).size).toBe(1);
    const owner = { organization: 'default', jobName: 'nightly', executionId: '0190aaaa-0000-7000-8000-00000000000a' };
    expect(await (await services.artifacts()).list(owner)).toHaveLength(1);
  });

  it('is mailed again to whom the server put off, and to nobody else', async () => {
    const asked: unknown[] = [];
    const mailer: Mailer = {
      send: async ({ key, to, only }) => {
        asked.push(only);
        const refused = asked.length === 1 ? [{ address: 'b@example.com', reason: '450 try later', permanent: false }] : [];
        return { messageId: `<${key}@test>`, accepted: (only ?? to).slice(0, asked.length === 1 ? 1 : 2), refused };
      },
      close: async () => undefined,
    };
    const { run } = open(directory, { instead: { mailer: async () => mailer } });
    const both = { ...parameters, emailRecipients: ['a@example.com', 'b@example.com'] };
    await expect(run(both)).rejects.toThrow(/1 of 2 recipients have the mail.*450 try later/);
    expect(await run(both, { context: { attempt: 2 } })).toMatchObject({
      mailed: { accepted: ['a@example.com', 'b@example.com'], refused: [] },
    });
    expect(asked).toEqual([['a@example.com', 'b@example.com'], ['b@example.com']]);
  });

  it('is not tried again where no trying helps, and is kept', async () => {
    const { mailer } = mailerOf(() => {
      throw new MailFailed('no such mailbox', true);
    });
    const { run, services } = open(directory, { instead: { mailer } });
    await expect(run(parameters)).rejects.toMatchObject({ name: 'NonRetryableError', message: 'no such mailbox' });
    const artifactId = 'nightly/0190aaaa-0000-7000-8000-00000000000a/inventory-summary-2026-03-02.csv';
    expect((await contentOf(await services.artifacts(), artifactId)).length).toBeGreaterThan(100);
  });
});

describe('a report that does not come to its end', () => {
  it('leaves nothing when it is told to stop while it reads', async () => {
    const abort = new AbortController();
    let closed = false;
    async function* endless(): AsyncGenerator<Product> {
      try {
        for (let i = 0; ; i++) {
          if (i === 3_000) abort.abort(Object.assign(new Error('too long'), { name: 'TimeoutError' }));
          yield product(`P-${i}`);
        }
      } finally {
        closed = true;
      }
    }
    const { run } = open(directory, { products: endless });
    await expect(run({ reportType: 'inventory_summary', format: 'pdf' }, { signal: abort.signal })).rejects.toThrow('too long');
    expect(closed).toBe(true);
    expect(filesIn(path.join(directory, 'artifacts'))).toEqual([]);
  });

  it.each(['pdf', 'csv', 'xlsx', 'html'])('leaves nothing when it is told to stop while it writes %s', async (format) => {
    const abort = new AbortController();
    const products = Array.from({ length: 6_000 }, (_, i) => product(`P-${i}`));
    const onProgress = (fraction: number): void => {
      if (fraction > 0.5) abort.abort(new Error('cancelled'));
    };
    const { run } = open(directory, { products });
    await expect(run({ reportType: 'inventory_summary', format }, { signal: abort.signal, onProgress })).rejects.toThrow('cancelled');
    expect(filesIn(path.join(directory, 'artifacts'))).toEqual([]);
  });

  it('is made whole by the next attempt after the inventory has failed', async () => {
    let attempts = 0;
    async function* products(): AsyncGenerator<Product> {
      attempts++;
      yield product('P-1');
      if (attempts === 1) throw new Error('the inventory went away');
      yield product('P-2');
    }
    const { run } = open(directory, { products });
    await expect(run({ reportType: 'inventory_summary', format: 'xlsx' })).rejects.toThrow('the inventory went away');
    expect(filesIn(path.join(directory, 'artifacts'))).toEqual([]);
    expect(await run({ reportType: 'inventory_summary', format: 'xlsx' })).toMatchObject({ rows: 2 });
  });

  it('says what is wrong with a font that cannot be read', async () => {
    const files = { own: null, roots: [], fonts: ['/nowhere/font.ttf'] };
    const { run } = open(directory, { products: [product('P', { name: '中' })], instead: { files } });
    await expect(run({ reportType: 'inventory_summary', format: 'pdf' })).rejects.toThrow('/nowhere/font.ttf');
  });
});

describe('a long report', () => {
  const count = 20_000;
  async function* products(): AsyncGenerator<Product> {
    for (let i = 0; i < count; i++)
      yield product(`P-${String(i).padStart(6, '0')}`, {
        name: `Galvanised hex bolt M${i % 24}`,
        quantity: i % 97,
        category: `Category ${i % 40}`,
      });
  }

  it.each(['pdf', 'csv', 'xlsx', 'html'])('as %s needs little memory, and leaves the event loop free', async (format) => {
    const { run } = open(directory, { products });
    const before = process.memoryUsage.rss();
    let [most, beats, last, longest] = [before, 0, performance.now(), 0];
    let beating = true;
    const beat = (): void => {
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
      beats++;
      most = Math.max(most, process.memoryUsage.rss());
      if (beating) setImmediate(beat);
    };
    beat();
    const result = await run({ reportType: 'inventory_summary', format });
    beating = false;
    expect(result.rows).toBe(count);
    expect(most - before).toBeLessThan(250 * 1024 * 1024);
    expect(beats).toBeGreaterThan(100);
    // Drawing takes seconds; what is left to this thread is reading and handing on, on a machine that may have much else to do.
    expect(longest).toBeLessThan(2_000);
  });
});
