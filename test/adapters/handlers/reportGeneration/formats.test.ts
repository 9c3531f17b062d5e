import { createHash } from 'node:crypto';
import { parse as parseCsv } from 'csv-parse/sync';
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parse as parseHtml } from 'parse5';
import readSheet from 'read-excel-file/node';
import { extractText, getDocumentProxy } from 'unpdf';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../opened.js';
import { hostile, open, product, scripts } from './opened.js';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});

type Node = DefaultTreeAdapterTypes.Document | DefaultTreeAdapterTypes.Element;
type ChildNode = DefaultTreeAdapterTypes.ChildNode;

/** What a browser sees: elements with their attributes and text. */
const elementsOf = (page: Buffer) => {
  const found: { readonly name: string; readonly attributes: { readonly [name: string]: string }; readonly text: string }[] = [];
  const textOf = (node: Node | ChildNode): string => {
    if (defaultTreeAdapter.isTextNode(node)) return node.value;
    return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
  };
  const visit = (node: Node): void => {
    for (const child of node.childNodes ?? []) {
      if (!defaultTreeAdapter.isElementNode(child)) continue;
      found.push({ name: child.tagName, attributes: Object.fromEntries(child.attrs.map((a) => [a.name, a.value])), text: textOf(child) });
      visit(child);
    }
  };
  visit(parseHtml(page.toString()));
  return found;
};

const pdfOf = async (content: Buffer) => {
  const document = await getDocumentProxy(new Uint8Array(content));
  const { text, totalPages } = await extractText(document, { mergePages: false });
  return { pages: text, totalPages, text: text.join('\n'), info: await document.getMetadata() };
};

const rowsSheet = async (content: Buffer): Promise<readonly (readonly unknown[])[]> => {
  const sheets = await readSheet(content);
  return sheets.find(({ sheet }) => sheet === 'Rows')?.data ?? [];
};

const reportTypes = ['inventory_summary', 'stock_movements', 'valuation', 'low_stock', 'job_activity'] as const;
const expectations = {
  inventory_summary: {
    rows: 4,
    first: 'C-1',
    totals: { Products: 4, 'Units in stock': 1_245.5, 'Stock value': 62.345, 'To reorder': 2, 'Out of stock': 1 },
  },
  stock_movements: {
    rows: 3,
    first: '2026-02-28T08:30:00.000Z',
    totals: { Movements: 3, 'Units in': 10, 'Units out': 11, 'Net change': -1 },
  },
  valuation: { rows: 4, first: 'C-1', totals: { Products: 4, 'Stock value': 62.345, 'Units in stock': 1_245.5, 'Without a cost': 1 } },
  low_stock: {
    rows: 2,
    first: 'C-1',
    totals: { 'To reorder': 2, 'Out of stock': 1, 'Units missing': 4, 'Cost to restock': 65, 'Of all products': 0.5 },
  },
  job_activity: { rows: 2, first: 'nightly', totals: { Jobs: 2, Completed: 9, Failed: 4, Cancelled: 1, Success: 0.692308 } },
} as const;

describe.each(reportTypes)('%s', (reportType) => {
  const expected = expectations[reportType];
  const made = (format: string) => open(directory).make({ reportType, format });

  it('as CSV has every row, as programs read it', async () => {
    const { result, content } = await made('csv');
    expect(result).toMatchObject({ rows: expected.rows, totals: expected.totals, bytes: content.length });
    expect(result.sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect(result.name).toBe(`${reportType.replaceAll('_', '-')}-2026-03-02.csv`);
    const [head, ...rows] = parseCsv(content, { bom: true }) as string[][];
    expect(rows).toHaveLength(expected.rows);
    expect(rows[0]?.[0]).toBe(expected.first);
    expect(rows.every((row) => row.length === head?.length)).toBe(true);
  });

  it('as XLSX has numbers as numbers and texts as texts', async () => {
    const { result, content } = await made('xlsx');
    expect(result).toMatchObject({ rows: expected.rows, totals: expected.totals });
    const [head = [], ...rows] = await rowsSheet(content);
    expect(rows).toHaveLength(expected.rows + 1);
    expect(rows.at(-1)?.[0]).toBe('Total');
    for (const row of rows.slice(0, -1))
      for (const [i, cell] of row.entries())
        if (['Quantity', 'Value', 'In', 'Out', 'Completed', 'Failed', 'Missing'].includes(String(head[i])))
          expect(cell === null || typeof cell === 'number').toBe(true);
    const [first] = rows;
    if (reportType === 'stock_movements') expect(first?.[0]).toEqual(new Date(expected.first));
    else expect(first?.[0]).toBe(expected.first);
  });

  it('as HTML is one page that asks for nothing', async () => {
    const { result, content } = await made('html');
    expect(result).toMatchObject({ rows: expected.rows, totals: expected.totals });
    const elements = elementsOf(content);
    const bodyRows = elements.filter(({ name, attributes }) => name === 'th' && attributes.scope === 'row');
    expect(bodyRows).toHaveLength(expected.rows + 1);
    expect(elements.filter(({ name }) => ['script', 'link', 'img', 'iframe'].includes(name))).toEqual([]);
    expect(elements.find(({ name }) => name === 'html')?.attributes.lang).toBe('en');
    expect(elements.filter(({ name }) => name === 'h1')).toHaveLength(1);
    expect(elements.find(({ name }) => name === 'svg')?.attributes).toMatchObject({
      role: 'img',
      'aria-label': expect.stringContaining(': '),
    });
  });

  it('as PDF has its head, its sums and its rows', async () => {
    const { result, content } = await made('pdf');
    expect(result).toMatchObject({ rows: expected.rows, totals: expected.totals });
    expect(content.subarray(0, 5).toString()).toBe('%PDF-');
    const { totalPages, text } = await pdfOf(content);
    expect(totalPages).toBe(1);
    expect(text).toContain('Page 1 of 1');
    expect(text).toContain('default');
    for (const label of Object.keys(expected.totals)) expect(text).toContain(label);
    if (reportType !== 'stock_movements') expect(text).toContain(expected.first);
  });
});

describe('the file', () => {
  it('writes numbers and times as the locale and the time zone do', async () => {
    const parameters = { reportType: 'valuation', locale: 'de-DE', timezone: 'Asia/Tokyo', currency: 'EUR' };
    const page = (await open(directory).make({ ...parameters, format: 'html' })).content.toString();
    expect(page).toContain('1.234,5');
    expect(page).toContain('12,35\u00a0€');
    expect(page).toContain('02.03.2026, 17:30');
    const { text } = await pdfOf((await open(temporaryDirectory()).make({ ...parameters, format: 'pdf' })).content);
    expect(text).toContain('1.234,5');
    expect(text).toContain('(Asia/Tokyo)');
  });

  it('has the day of its time zone in its name, and its title', async () => {
    const late = { context: { scheduledFor: new Date('2026-03-01T23:30:00Z') } };
    const parameters = { reportType: 'low_stock', format: 'html', timezone: 'Europe/Berlin', title: 'Was fehlt' };
    const { result, content } = await open(directory).make(parameters, late);
    expect(result.name).toBe('low-stock-2026-03-02.html');
    expect(content.toString()).toContain('<h1 dir="auto">Was fehlt</h1>');
  });

  it.each(['pdf', 'csv', 'xlsx', 'html'])('as %s says where there is nothing to report', async (format) => {
    const { result, content } = await open(directory, { products: [] }).make({ reportType: 'inventory_summary', format });
    expect(result).toMatchObject({ rows: 0, totals: { Products: 0 } });
    if (format === 'pdf') expect((await pdfOf(content)).text).toContain('Nothing to report.');
    if (format === 'html') expect(content.toString()).toContain('Nothing to report.');
    if (format === 'xlsx') expect(await rowsSheet(content)).toHaveLength(1);
  });

  it('as PDF repeats its head on every page, and counts them', async () => {
    const products = Array.from({ length: 500 }, (_, i) => product(`P-${String(i).padStart(4, '0')}`));
    const { content } = await open(directory, { products }).make({ reportType: 'inventory_summary', format: 'pdf' });
    const { pages, totalPages } = await pdfOf(content);
    expect(totalPages).toBeGreaterThan(10);
    for (const [i, text] of pages.entries()) {
      expect(text).toContain(`Page ${i + 1} of ${totalPages}`);
      expect(text).toContain('Reorder at');
    }
    const seen = [...pages.join('\n').matchAll(/P-\d{4}/g)].map(([sku]) => sku);
    expect([...new Set(seen)]).toEqual(products.map(({ sku }) => sku));
    expect(pages.at(-1)).toMatch(/Total/);
  });

  it('as PDF embeds its fonts, and gives every script back as it was', async () => {
    const products = Object.entries(scripts).map(([script, name]) => product(script, { name }));
    const { content } = await open(directory, { products }).make({ reportType: 'inventory_summary', format: 'pdf' });
    const plain = content.toString('latin1');
    expect(plain.match(/\/FontFile2/g)?.length).toBe(3);
    expect(plain).not.toMatch(/\/BaseFont \/(Helvetica|Times|Courier)/);
    const { text } = await pdfOf(content);
    for (const name of Object.values(scripts)) expect(text.normalize('NFKC')).toContain(name.normalize('NFKC'));
    expect(text).not.toContain('\uFFFD');
  });

  it('as PDF cuts what is too long where the column ends', async () => {
    const products = [product('LONG', { name: 'W'.repeat(5_000) }), product('بطيء', { name: 'كلمة '.repeat(2_000) })];
    const { content } = await open(directory, { products }).make({ reportType: 'inventory_summary', format: 'pdf' });
    const { text } = await pdfOf(content);
    expect(text).toMatch(/W{10,60}…/);
  });

  it('takes a font that is given for what its own draw roughly', async () => {
    const { createRequire } = await import('node:module');
    const font = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuMathTeXGyre.ttf');
    const products = [product('M', { name: '𝒜𝒞𝒟' })];
    const given = open(directory, { products, instead: { fonts: [font] } });
    const { content } = await given.make({ reportType: 'inventory_summary', format: 'pdf' });
    expect(content.toString('latin1')).toContain('DejaVuMathTeXGyre');
    expect((await pdfOf(content)).text).toContain('𝒜𝒞𝒟');
  });
});

describe('hostile texts', () => {
  const parameters = { reportType: 'inventory_summary', title: '=1+1 <b>bold</b>' };

  it('compute nothing in a spreadsheet that reads the CSV', async () => {
    const { content } = await open(directory, { products: hostile }).make({ ...parameters, format: 'csv' });
    const [, ...rows] = parseCsv(content, { bom: true }) as string[][];
    for (const cell of rows.flat()) if (!/^-?[\d.]+$/.test(cell)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    expect(rows[0]?.[1]).toBe(`'${hostile[0]?.name}`);
  });

  it('leave negative numbers numbers in the CSV', async () => {
    const products = [product('N', { quantity: -5, unitCost: 0.1 })];
    const { content } = await open(directory, { products }).make({ ...parameters, format: 'csv' });
    const [, row] = parseCsv(content, { bom: true }) as string[][];
    expect(row?.slice(4, 8)).toEqual(['-5', '5', '0.1', '-0.5']);
  });

  it('are texts in the spreadsheet', async () => {
    const { content } = await open(directory, { products: hostile }).make({ ...parameters, format: 'xlsx' });
    const rows = await rowsSheet(content);
    expect(rows[1]?.slice(0, 4)).toEqual(['=1+1', hostile[0]?.name, '@SUM(A1)', '-2+3']);
    expect(rows[3]?.[1]).toBe('+cmd|calc\uFFFD\uFFFD[31m\u202Egpj.exe\uFFFD _x0041_');
  });

  it('are texts on the page', async () => {
    const { content } = await open(directory, { products: hostile }).make({ ...parameters, format: 'html' });
    const elements = elementsOf(content);
    expect(elements.filter(({ name }) => ['script', 'img', 'b'].includes(name))).toEqual([]);
    expect(elements.filter(({ attributes }) => Object.keys(attributes).some((name) => name.startsWith('on')))).toEqual([]);
    expect(elements.filter(({ name }) => name === 'td').map(({ text }) => text)).toContain(hostile[1]?.name);
    expect(content.toString()).not.toMatch(/\u202E|(?![\n\t])\p{Cc}/u);
  });

  it('are texts on paper', async () => {
    const { content } = await open(directory, { products: hostile }).make({ ...parameters, format: 'pdf' });
    const { text } = await pdfOf(content);
    expect(text).toContain('<script>alert(1)</script>');
    expect(text).toContain('=1+1 <b>bold</b>');
    expect(content.toString('latin1')).not.toMatch(/\/JavaScript|\/Launch|\/URI/);
  });
});
