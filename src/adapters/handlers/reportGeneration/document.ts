import type { Format } from './schema.js';

/** How a value is written: `instant` is epoch milliseconds, `share` is 0 to 1, `duration` milliseconds. */
export type Kind = 'text' | 'status' | 'quantity' | 'money' | 'share' | 'instant' | 'duration';

export type Cell = string | number | null;
export type Row = readonly Cell[];

export type Column = {
  readonly title: string;
  readonly kind: Kind;
  /** Of the room of a page, beside the other columns. */
  readonly weight: number;
};

export type Figure = { readonly label: string; readonly kind: Kind; readonly value: number | null };
export type Bar = { readonly label: string; readonly value: number };
export type Chart = { readonly title: string; readonly kind: Kind; readonly bars: readonly Bar[] };

/** What is known once every row was seen. */
export type Summary = {
  readonly figures: readonly Figure[];
  readonly chart: Chart | null;
  /** One for each column, null where adding up makes no sense. */
  readonly totals: Row;
};

export type Heading = {
  readonly title: string;
  readonly organization: string;
  /** In words: a period, or an instant. */
  readonly scope: string;
  readonly generatedAt: number;
  readonly locale: string;
  readonly timeZone: string;
  readonly currency: string | null;
};

/** What a thread is told before the first row: plain data. */
export type Order = {
  readonly format: Format;
  readonly heading: Heading;
  readonly columns: readonly Column[];
  /** Files of fonts for scripts that those which come with it draw only roughly. */
  readonly fonts: readonly string[];
};

/** What a format is made of. The rows can be read once. */
export type Content = Order & { readonly summary: Summary; readonly rowCount: number; readonly rows: AsyncIterable<readonly Row[]> };

export const isNumeric = (kind: Kind): boolean => kind !== 'text' && kind !== 'status' && kind !== 'instant';

export type Tone = 'good' | 'warn' | 'bad' | 'quiet';
const tones: { readonly [status: string]: Tone } = {
  'In stock': 'good',
  Low: 'warn',
  Out: 'bad',
  completed: 'good',
  running: 'good',
  scheduled: 'good',
  failed: 'bad',
  retrying: 'warn',
  queued: 'warn',
  paused: 'quiet',
  cancelled: 'quiet',
};
export const toneOf = (status: string): Tone => tones[status] ?? 'quiet';
