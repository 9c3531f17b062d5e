import Table from 'cli-table3';
import type { Paint, Tone } from './paint.js';
import { cut, fits, widthOf } from './width.js';

/** Printable text; it is cut where the terminal is too narrow, and painted afterwards. */
export type Cell = string | { readonly text: string; readonly tone: Tone };
export type Column = {
  readonly title: string;
  readonly align?: 'right';
  /** May be cut down to this width; without it the column keeps its own. */
  readonly atLeast?: number;
  /** What is wider than this is cut before anything else is. */
  readonly comfort?: number;
};

const gap = 2;
/** Of one cell, terminal or not: `--json` has all of it. */
const mostColumns = 400;
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
  const title = columns.map(({ title: text }): Cell => ({ text, tone: 'quiet' }));
  const painted = [title, ...rows].map((row) => row.map((cell, index) => shown(cell, widths[index] ?? 0, paint)));
  return chunksOf(painted).flatMap((chunk) => layOut(columns, widths, chunk));
};

const shown = (cell: Cell, width: number, paint: Paint): string => {
  const { text, tone } = typeof cell === 'string' ? { text: cell, tone: 'plain' as const } : cell;
  return text === '' ? '' : paint(tone, cut(text, width));
};

const layOut = (columns: readonly Column[], widths: readonly number[], rows: readonly string[][]): readonly string[] => {
  const table = new Table({
    chars: noBorders,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [] },
    colWidths: widths.map((width) => width + gap),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    wordWrap: false,
  });
  table.push(...rows);
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
};

const rowsAtOnce = 100;
/** The time a table takes grows with the square of its rows. */
const chunksOf = (rows: readonly string[][]): readonly (readonly string[][])[] =>
  Array.from({ length: Math.ceil(rows.length / rowsAtOnce) }, (_, index) => rows.slice(index * rowsAtOnce, (index + 1) * rowsAtOnce));

const naturalWidths = (columns: readonly Column[], rows: readonly (readonly Cell[])[]): readonly number[] =>
  columns.map(({ title }, index) => rows.reduce((most, row) => Math.max(most, widthWithin(textOf(row[index] ?? ''))), widthOf(title)));

const widthWithin = (text: string): number => (fits(text, mostColumns) ? widthOf(text) : mostColumns);

const textOf = (cell: Cell): string => (typeof cell === 'string' ? cell : cell.text);

/** Takes what is too much first from columns beyond their comfort, then from any, those on the right first: a line is about what stands left. */
const fitting = (columns: readonly Column[], natural: readonly number[], fit: number | undefined): readonly number[] => {
  const widths = [...natural];
  let tooMuch = fit === undefined ? 0 : widths.reduce((sum, width) => sum + width, gap * (widths.length - 1)) - fit;
  const shrink = (index: number, least: number): void => {
    const width = widths[index] ?? 0;
    const given = Math.max(0, Math.min(tooMuch, width - least));
    widths[index] = width - given;
    tooMuch -= given;
  };
  for (const [index, { comfort }] of columns.entries()) if (comfort !== undefined) shrink(index, comfort);
  for (const [index, { atLeast }] of [...columns.entries()].reverse()) if (atLeast !== undefined) shrink(index, atLeast);
  return widths;
};
