import { stringify } from 'csv-stringify/sync';
import type { Column, Content, Row } from '../document.js';

const byteOrderMark = '\uFEFF';

/**
 * For programs and spreadsheets: numbers as they are, instants in ISO 8601 (UTC), no totals. RFC 4180 with a byte order mark, without
 * which spreadsheets guess the encoding. A text that a spreadsheet would compute gets a quote before it.
 */
export async function* renderCsv({ columns, rows }: Content): AsyncGenerator<Uint8Array> {
  yield encode(byteOrderMark + lines([columns.map(({ title }) => title)]));
  for await (const batch of rows) yield encode(lines(batch.map((row) => plain(row, columns))));
}

const lines = (rows: readonly Row[]): string =>
  stringify(rows as Row[], {
    escape_formulas: true,
    record_delimiter: 'windows',
    cast: { number: (value) => ({ value: String(value), escape_formulas: false }) },
  });

const plain = (row: Row, columns: readonly Column[]): Row =>
  row.map((cell, i) => {
    if (typeof cell === 'number' && columns[i]?.kind === 'instant') return new Date(cell).toISOString();
    return typeof cell === 'number' ? rounded(cell) : cell;
  });

/** What adding and multiplying leaves behind the sixth decimal is noise. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

const encode = (text: string): Uint8Array => Buffer.from(text);
