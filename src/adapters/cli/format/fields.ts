import type { Paint, Tone } from './paint.js';
import { wrap } from './width.js';

/** A line of `name  value`; null leaves it out. */
export type Field = readonly [name: string, value: string | null, tone?: Tone];

const leastRoom = 20;

/** Fields with their values below each other. Values that are too long for the terminal go on below. */
export const fieldLines = (
  fields: readonly Field[],
  { paint, columns }: { readonly paint: Paint; readonly columns: number | undefined },
): readonly string[] => {
  const shown = fields.flatMap(([name, value, tone = 'plain']) => (value === null ? [] : [{ name, value, tone }]));
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const indent = ' '.repeat(width + 4);
  const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(leastRoom, columns - indent.length);
  return shown.flatMap(({ name, value, tone }) =>
    wrap(value, room).map((part, index) => `${index === 0 ? `  ${paint('quiet', name.padEnd(width))}  ` : indent}${paint(tone, part)}`),
  );
};
