import Table from 'cli-table3';
import type { Paint, Tone } from './paint.js';
import { cut, widthOf } from './width.js';

/** Printable text; it is cut where the terminal is too narrow, and painted afterwards. */
export type Cell = string | { readonly text: string; readonly tone: Tone };
export type Column = {
  readonly title: string;
  readonly align?: 'right';
  /** May be cut down to this width; without it the column keeps its own. */
  readonly atLeast?: number;
};

const gap = 2;
const noBorders = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

/** The lines of a table; with `fit`, no wider than so many columns. */
export const tableLines = (
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { paint, fit }: { readonly paint: Paint; readonly fit: number | undefined },
): readonly string[] => {
  const widths = fitting(columns, naturalWidths(columns, rows), fit);
  const shown = (cell: Cell, index: number): string => {
    const { text, tone } = typeof cell === 'string' ? { text: cell, tone: 'plain' as const } : cell;
    return paint(tone, cut(text, widths[index] ?? 0));
  };
  const table = new Table({
    chars: noBorders,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [] },
    colWidths: widths.map((width) => width + gap),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    wordWrap: false,
  });
  table.push(columns.map(({ title }, index) => shown({ text: title, tone: 'quiet' }, index)));
  for (const row of rows) table.push(row.map(shown));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
};

const naturalWidths = (columns: readonly Column[], rows: readonly (readonly Cell[])[]): readonly number[] =>
  columns.map(({ title }, index) => rows.reduce((most, row) => Math.max(most, widthOf(textOf(row[index] ?? ''))), widthOf(title)));

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

/** Takes what is too much from the widest column that may still give. */
const fitting = (columns: readonly Column[], natural: readonly number[], fit: number | undefined): readonly number[] => {
  const widths = [...natural];
  let tooMuch = fit === undefined ? 0 : natural.reduce((sum, width) => sum + width, gap * (natural.length - 1)) - fit;
  while (tooMuch > 0) {
    const widest = widths.reduce((found, width, index) => {
      const gives = width > Math.min(columns[index]?.atLeast ?? width, width);
      return gives && width > (widths[found] ?? 0) ? index : found;
    }, -1);
    const width = widths[widest];
    if (width === undefined) break;
    widths[widest] = width - 1;
    tooMuch--;
  }
  return widths;
};

/** `name  value` lines with the values below each other; null leaves a line out. */
export const fieldLines = (fields: readonly (readonly [name: string, value: string | null])[], paint: Paint): readonly string[] => {
  const shown = fields.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  return shown.map(({ name, value }) => `  ${paint('quiet', name.padEnd(width))}  ${value}`);
};
