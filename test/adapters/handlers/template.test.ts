import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTemplate, TemplateFault } from '../../../src/adapters/handlers/emailNotification/parseTemplate.js';
import { asHtml, asText, renderTemplate } from '../../../src/adapters/handlers/emailNotification/renderTemplate.js';
import type { Json } from '../../../src/domain/json.js';

const text = (template: string, data: Json = {}): string => renderTemplate(template, data, asText);
const fault = (template: string, data: Json = {}): string => {
  try {
    text(template, data);
  } catch (error) {
    if (error instanceof TemplateFault) return error.message;
    throw error;
  }
  throw new Error('it was rendered');
};

describe('a template', () => {
  it('is filled with values by dotted names', () => {
    expect(
      text('Dear {{ customer.name }}, {{count}} of {{list.1}}: {{none}}{{no}}.', {
        customer: { name: 'Ada' },
        count: 0,
        list: ['a', 'b'],
        none: null,
        no: false,
      }),
    ).toBe('Dear Ada, 0 of b: false.');
  });

  it('escapes values in html, and never what was written in the template', () => {
    const data = { name: `<script>alert("1")</script> & 'x'` };
    expect(renderTemplate('<b>{{name}}</b>', data, asHtml)).toBe(
      '<b>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;</b>',
    );
    expect(text('{{name}}', data)).toBe(data.name);
  });

  it('does not read values as templates', () => {
    expect(text('{{a}}', { a: '{{b}}', b: 'secret' })).toBe('{{b}}');
  });

  it('repeats and chooses', () => {
    const template =
      '{{#each items}}{{@number}}. {{sku}}{{#if low}} LOW{{else}} ok{{/if}} in {{place}}\n{{/each}}{{#if missing}}never{{/if}}{{#if empty}}never{{/if}}';
    expect(
      text(template, {
        place: 'HH',
        items: [
          { sku: 'A', low: true },
          { sku: 'B', low: false },
        ],
        empty: [],
      }),
    ).toBe('1. A LOW in HH\n2. B ok in HH\n');
    expect(text('{{#each rows}}{{#each this}}{{this}},{{/each}};{{/each}}', { rows: [[1, 2], [3]] })).toBe('1,2,;3,;');
  });

  it('leaves braces alone that are no tags', () => {
    expect(text('a { b } \\{{c}} } }}')).toBe('a { b } {{c}} } }}');
  });

  it.each([
    ['{{nmae}}', 'names nmae, which data does not have'],
    ['{{a.c}}', 'names a.c, which data does not have'],
    ['{{a}}', 'names a, which is not a text or number'],
    ['{{#each a}}x{{/each}}', 'repeats a, which is not a list'],
    ['{{#each b}}x{{/each}}', 'names b, which data does not have'],
    ['{{#if a}}', 'has {{#if a}} without {{/if}}'],
    ['{{/if}}', 'has {{/if}} without its beginning'],
    ['{{#each a}}{{/if}}', 'has {{/if}} without its beginning'],
    ['{{else}}', 'has {{else}} outside {{#if}}'],
    ['{{a + 1}}', 'between the braces must be a name'],
    ['{{a()}}', 'between the braces must be a name'],
    ['{{}}', 'between the braces must be a name'],
    ['{{a\r\nBcc: x}}', 'has {{a  Bcc: x}}'],
  ])('says what is wrong with %j', (template, message) => {
    expect(fault(template, { a: { b: 1 } })).toContain(message);
  });

  it.each([
    'constructor',
    'constructor.constructor',
    '__proto__',
    '__proto__.x',
    'a.constructor.name',
    'a.toString',
    'list.length',
    'list.map',
    's.length',
    'toString',
    'hasOwnProperty',
  ])('does not see %s', (name) => {
    expect(fault(`{{${name}}}`, { a: {}, list: [1], s: 'text' })).toContain('which data does not have');
  });

  it('keeps a key named __proto__ as data', () => {
    expect(text('{{__proto__}}', JSON.parse('{"__proto__":"x"}'))).toBe('x');
    expect(({} as { x?: string }).x).toBeUndefined();
  });

  it('is bounded, whatever it repeats', () => {
    const rows = Array.from({ length: 1_000 }, (_, i) => i);
    expect(fault('{{#each rows}}{{#each rows}}{{#each rows}}x{{/each}}{{/each}}{{/each}}', { rows })).toContain('repeat');
    expect(fault('{{#each rows}}{{long}}{{/each}}', { rows, long: 'y'.repeat(10_000) })).toContain('longer than');
    expect(fault('{{#if a}}'.repeat(11))).toContain('nested at most 10 deep');
    expect(fault('{{'.repeat(110_000))).toContain('at most 200000 characters');
  });

  it('only ever fails with a fault, in bounded time', () => {
    const piece = fc.constantFrom('{{', '}}', '\\', '#if ', '#each ', '/if', '/each', 'else', 'a', ' ', '{', '.', '@index', 'this');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.jsonValue(), (pieces, data) => {
        try {
          text(pieces.join(''), { a: data } as Json);
        } catch (error) {
          expect(error).toBeInstanceOf(TemplateFault);
        }
      }),
    );
    const startedAt = performance.now();
    for (const hostile of [`{{${' '.repeat(150_000)}`, '{{#if '.repeat(30_000), `{{${'a.'.repeat(70_000)}}}`])
      expect(() => parseTemplate(hostile)).not.toThrow(RangeError);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
