import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/bootstrap/config.js';
import { createScheduler } from '../../src/bootstrap/index.js';
import { SchedulerError } from '../../src/domain/errors.js';

const issuesOf = (call: () => unknown): readonly string[] => {
  try {
    call();
  } catch (error) {
    if (error instanceof SchedulerError) return (error.issues ?? []).map((issue) => issue.path);
    throw error;
  }
  return [];
};

describe('the environment', () => {
  it('has a default for everything', () => {
    expect(readConfig({})).toMatchObject({ DATA_DIR: './data', HOST: '127.0.0.1', PORT: 7070, SCHEDULER_CONCURRENCY: 50 });
  });

  it('takes what is set to nothing as not set', () => {
    expect(readConfig({ PORT: '', MONGODB_URI: '', NATS_URL: '', SMTP_URL: '', DATA_DIR: '', SCHEDULER_API_KEYS_FILE: '' })).toEqual(
      readConfig({}),
    );
  });

  it('names the variable of an address that is none', () => {
    const environment = {
      MONGODB_URI: 'host:27017',
      NATS_URL: 'http://host',
      SMTP_URL: 'http://host',
      SCHEDULER_INVENTORY_MONGODB_URI: 'x',
    };
    expect([...issuesOf(() => readConfig(environment))].sort()).toEqual([...Object.keys(environment)].sort());
    const right = { MONGODB_URI: 'mongodb+srv://u:p@host/db', NATS_URL: 'tls://a:4222, b', SMTP_URL: 'smtps://u:p@host' };
    expect(readConfig(right)).toMatchObject(right);
  });

  it('names a setting of the mail server that is none, and a secret that is no key', () => {
    for (const [environment, why] of [
      [{ SMTP_URL: 'smtp://host?requireTLS=maybe' }, 'SMTP_URL requireTLS must be true or false'],
      [{ SMTP_URL: 'smtp://host?pool=1' }, 'SMTP_URL has the unknown setting pool'],
      [{ SCHEDULER_WEBHOOK_SECRET: 'whsec_!!!' }, 'SCHEDULER_WEBHOOK_SECRET after whsec_ must be base64 of at least 8 bytes'],
    ] as const)
      expect(() => readConfig(environment)).toThrow(why);
    const right = { SCHEDULER_WEBHOOK_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}` };
    expect(readConfig(right)).toMatchObject(right);
  });

  it('leaves what is not ours alone', () => {
    expect(issuesOf(() => readConfig({ PATH: '/bin', HOME_FILE: 'x', NODE_ENV: 'test' }))).toEqual([]);
  });

  it('names every variable that is wrong, at once', () => {
    const environment = {
      SCHEDULER_CONCURENCY: '5',
      SCHEDULER_CONCURRENCY: 'many',
      PORT: '-1',
      LOG_LEVEL: 'loud',
      DATA_DIR_FILE: '/nowhere',
      SCHEDULER_MAX_JOBS: '-1',
      SCHEDULER_CHAIN_DEPTH: 'deep',
    };
    expect([...issuesOf(() => readConfig(environment))].sort()).toEqual([
      'DATA_DIR_FILE',
      'LOG_LEVEL',
      'PORT',
      'SCHEDULER_CHAIN_DEPTH',
      'SCHEDULER_CONCURENCY',
      'SCHEDULER_CONCURRENCY',
      'SCHEDULER_MAX_JOBS',
    ]);
  });

  it('refuses to notify by mail without a mail server', () => {
    const mail = { NOTIFY_EMAIL: 'ops@example.com' };
    expect(issuesOf(() => readConfig(mail))).toEqual(['NOTIFY_EMAIL']);
    expect(() => readConfig({ ...mail, SMTP_URL: '', NOTIFY_WEBHOOK: 'https://example.com/' })).toThrow('SMTP_URL');
    expect(readConfig({ ...mail, SMTP_URL: 'smtp://mail.example.com' }).NOTIFY_EMAIL).toEqual(['ops@example.com']);
    expect(issuesOf(() => readConfig({ ...mail, SMTP_URL_FILE: '/nowhere' }))).toEqual(['SMTP_URL_FILE']);
    expect(issuesOf(() => readConfig({ ...mail, SMTP_URL: 'mail.example.com' }))).toEqual(['SMTP_URL']);
  });

  it('reads a secret from the file that NAME_FILE names', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'config-'));
    const file = path.join(directory, 'secret');
    writeFileSync(file, 'smtp://user:secret@example.com\n');
    expect(readConfig({ SMTP_URL_FILE: file }).SMTP_URL).toBe('smtp://user:secret@example.com');
    rmSync(directory, { recursive: true });
  });

  it('gives jobs the secrets that it names, each for one host', () => {
    const directory = mkdtempSync(path.join(tmpdir(), 'config-'));
    const file = path.join(directory, 'token');
    writeFileSync(file, 't2\n');
    const environment = { ERP_TOKEN: 't1', SHOP_TOKEN_FILE: file, PATH: '/bin' };
    expect(
      readConfig({ ...environment, SCHEDULER_SECRETS: 'ERP_TOKEN@erp.example.com, SHOP_TOKEN@shop.example.com:8443' }).secrets,
    ).toEqual({
      ERP_TOKEN: { value: 't1', host: 'erp.example.com' },
      SHOP_TOKEN: { value: 't2', host: 'shop.example.com:8443' },
    });
    expect(readConfig(environment).secrets).toEqual({});
    for (const wrong of ['ERP_TOKEN', 'ERP_TOKEN@', '@host', 'ERP_TOKEN@https://host/', 'MISSING@host'])
      expect(issuesOf(() => readConfig({ ...environment, SCHEDULER_SECRETS: wrong }))).toEqual(['SCHEDULER_SECRETS']);
    rmSync(directory, { recursive: true });
  });
});

describe('options', () => {
  it('are checked before anything is opened, all at once', () => {
    const wrong = {
      concurrency: 0,
      autoStart: 'yes',
      store: 'disk',
      colour: 'red',
      limits: { jobTypes: { mail: 0 }, jobsOf: { a: -1 }, chainDepth: 0.5 },
    };
    expect([...issuesOf(() => createScheduler(wrong as never))].sort()).toEqual([
      'autoStart',
      'colour',
      'concurrency',
      'limits.chainDepth',
      'limits.jobTypes.mail',
      'limits.jobsOf.a',
      'store',
    ]);
  });

  it('of an inventory name only what it has, and no operator', () => {
    const inventory = {
      mongodb: 'mongodb://127.0.0.1/',
      collections: { products: 'items', orders: 'x' },
      fields: { products: { sku: '$where', quantity: 'stock.onHand', colour: 'c' } },
      organizationAs: 'number',
    };
    const secrets = { ERP: { value: '', host: 'h' } };
    expect([...issuesOf(() => createScheduler({ predefined: { inventory, secrets } } as never))].sort()).toEqual([
      'predefined.inventory.collections.orders',
      'predefined.inventory.fields.products.colour',
      'predefined.inventory.fields.products.sku',
      'predefined.inventory.organizationAs',
      'predefined.secrets.ERP.value',
    ]);
  });
});
