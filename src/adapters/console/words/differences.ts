import { printable } from './printable.js';

export type Difference = { readonly path: string; readonly before: string; readonly after: string };

const longest = 200;

/** Where two JSON values differ, leaf by leaf, as paths and short texts. */
export const differences = (before: unknown, after: unknown, path = ''): readonly Difference[] => {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isRecord(before) && isRecord(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      differences(before[key], after[key], path === '' ? key : `${path}.${key}`),
    );
  return [{ path: path === '' ? 'all' : path, before: brief(before), after: brief(after) }];
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const brief = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return printable(text.length > longest ? `${text.slice(0, longest)}…` : text);
};
