import { type Column, isNumeric, type Row, type Tone, toneOf } from '../../document.js';
import type { Format } from '../format.js';
import { type Color, innerWidth, type Page, paper } from './page.js';

export const headHeight = 22;
export const rowHeight = 15;
const size = 8;
const padding = 5;
/** Base line of a row's text below its upper edge. */
const rise = 10.3;

const toneColors: { readonly [tone in Tone]: Color } = { good: 'good', warn: 'warn', bad: 'bad', quiet: 'quiet' };

type Place = Column & { readonly x: number; readonly width: number };

/** The table, row by row, wherever on a page a row has its place. */
export class Table {
  readonly #places: readonly Place[];

  constructor(
    columns: readonly Column[],
    private readonly format: Format,
  ) {
    const all = columns.reduce((sum, { weight }) => sum + weight, 0);
    let x: number = paper.left;
    this.#places = columns.map((column) => {
      const width = (column.weight / all) * innerWidth;
      x += width;
      return { ...column, x: x - width, width };
    });
  }

  drawHead(page: Page, y: number): void {
    for (const { title, kind, x, width } of this.#places)
      page.text(title, x + padding, y + 13.5, width - 2 * padding, {
        size,
        color: 'quiet',
        bold: true,
        align: isNumeric(kind) ? 'right' : 'left',
      });
    page.box(paper.left, y + headHeight - 3, innerWidth, 1.2, 'accent');
  }

  drawRow(page: Page, row: Row, y: number, striped: boolean): void {
    if (striped) page.box(paper.left, y, innerWidth, rowHeight, 'soft');
    for (const [i, { kind, x, width }] of this.#places.entries()) {
      const value = row[i] ?? null;
      if (kind === 'status') this.#drawStatus(page, String(value), x, y, width);
      else {
        const color = value === null ? 'quiet' : 'ink';
        const align = isNumeric(kind) ? 'right' : 'left';
        page.text(this.format(kind, value), x + padding, y + rise, width - 2 * padding, { size, color, align, bold: i === 0 });
      }
    }
  }

  drawTotals(page: Page, totals: Row, y: number): void {
    page.box(paper.left, y, innerWidth, 1.2, 'accent');
    for (const [i, { kind, x, width }] of this.#places.entries()) {
      const value = totals[i] ?? null;
      if (value === null && i > 0) continue;
      const text = value === null ? 'Total' : this.format(kind, value);
      const align = isNumeric(kind) ? 'right' : 'left';
      page.text(text, x + padding, y + rise + 2, width - 2 * padding, { size, color: 'strong', bold: true, align });
    }
  }

  #drawStatus(page: Page, status: string, x: number, y: number, width: number): void {
    const color = toneColors[toneOf(status)];
    page.dot(x + padding + 2.2, y + rise - 2.8, 2.2, color);
    page.text(status, x + padding + 8, y + rise, width - 2 * padding - 8, { size, color });
  }
}
