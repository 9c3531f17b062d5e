import { describe, expect, it } from 'vitest';
import { readMailAddress } from '../../src/domain/mailAddress.js';
import { readRecipient, shownRecipient } from '../../src/domain/recipient.js';

const a = (length: number): string => 'a'.repeat(length);
/** `length` characters long, with labels that a name server takes. */
const addressOf = (length: number): string => `ada@${a(length - 12)}.example`;

describe('a mail address', () => {
  it.each([
    'ada@example.com',
    'a.b.c@x.y.example',
    "a!#$%&'*+/=?^_`{|}~-9@x-y--z.example",
    'žofia@müller-lüdenscheidt.example',
    'root@localhost',
    'a@b',
    `${a(64)}@example.com`,
    addressOf(254),
  ])('is %s', (address) => {
    expect(readMailAddress(address)).toEqual({ name: '', address });
    expect(readMailAddress(`<${address}>`)).toEqual({ name: '', address });
  });

  it.each([
    ['Ada Lovelace <ada@example.com>', 'Ada Lovelace'],
    ["  O'Hara, Ünal (42%)  <ada@example.com>", "O'Hara, Ünal (42%)"],
    [`${a(200)} <ada@example.com>`, a(200)],
  ])('may have a name before it: %s', (text, name) => {
    expect(readMailAddress(text)).toEqual({ name, address: 'ada@example.com' });
  });

  it.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'ada@@example.com',
    'ada@b@example.com',
    '.ada@example.com',
    'ada.@example.com',
    'a..b@example.com',
    'ada@.example',
    'ada@example.',
    'ada@x..example',
    'ada@-x.example',
    'ada@x-.example',
    'ada@x.-example',
    'ada@x_y.example',
    'a da@example.com',
    ' ada@example.com',
    'ada@example.com ',
    'ada@example.com\n',
    'ada@example.com\r\nRCPT TO:<eve@example.com>',
    'ada@example.com, eve@example.com',
    '"ada"@example.com',
    'ada@[127.0.0.1]',
    'ada@example.com>',
    'Ada <ada@example.com',
    'Ada <ada@example.com> Lovelace',
    'Ada <ada@example.com>>',
    'Ada <<ada@example.com>',
    'Ada < ada@example.com>',
    'Ada <>',
    'Ada > <ada@example.com>',
    'Ada "Countess" <ada@example.com>',
    'Ada \\ <ada@example.com>',
    'Ada\nBcc: eve@example.com <ada@example.com>',
    'Ada\u2028Lovelace <ada@example.com>',
    'Ada\u2029Lovelace <ada@example.com>',
    'Ada\ud800 <ada@example.com>',
    `${a(65)}@example.com`,
    addressOf(255),
    `${a(201)} <ada@example.com>`,
  ])('is not %j', (text) => {
    expect(readMailAddress(text)).toBeNull();
  });

  it('and its name are at most 454 characters together', () => {
    expect(readMailAddress(`${a(200)} <${addressOf(251)}>`)).not.toBeNull();
    expect(readMailAddress(`${a(200)} <${addressOf(252)}>`)).toBeNull();
  });
});

describe('a recipient', () => {
  it.each([
    ['log', { kind: 'log' }, 'log'],
    ['ada@example.com', { kind: 'mail', address: 'ada@example.com' }, 'ada@example.com'],
    ['webhook:https://example.com/hook?key=1', { kind: 'webhook', url: 'https://example.com/hook?key=1' }, 'webhook:https://example.com'],
    ['webhook:http://127.0.0.1:8080/~x', { kind: 'webhook', url: 'http://127.0.0.1:8080/~x' }, 'webhook:http://127.0.0.1:8080'],
  ] as const)('is %s; the log shows no more of it than it may', (text, recipient, shown) => {
    expect(readRecipient(text)).toEqual(recipient);
    expect(shownRecipient(recipient)).toBe(shown);
  });

  it.each([
    '',
    'logs',
    'https://example.com/hook',
    'webhook:',
    'webhook:https://',
    'webhook:ftp://example.com/',
    'webhook: https://example.com/',
    'webhook:xhttps://example.com/',
    'webhook:https://example.com/a b',
    'webhook:https://example.com/\n',
    'webhook:https://exämple.com/',
    'webhook:https://example.com:99999/',
    'webhook:https://ada@example.com/',
    'webhook:https://:secret@example.com/',
    'webhook:https://ada:secret@example.com/',
  ])('is not %j', (text) => {
    expect(readRecipient(text)).toBeNull();
  });

  it('is at most 2,000 characters long', () => {
    const webhook = (length: number): string => 'webhook:https://example.com/'.padEnd(length, 'x');
    expect(readRecipient(webhook(2_000))).toMatchObject({ kind: 'webhook' });
    expect(readRecipient(webhook(2_001))).toBeNull();
  });
});
