import { appendFileSync } from 'node:fs';
import type { Millis } from '../../../src/domain/instant.js';
import type { Occurrences } from './occurrences.js';

/** Whether this is the long form, whose figures are in docs/reliability.md. */
export const isFull = process.env.CHAOS === 'full';

type Figure = Pick<
  Occurrences,
  'missing' | 'doubled' | 'extra' | 'early' | 'late' | 'repeated' | 'matched' | 'skipped' | 'longestDelayMs'
> & {
  /** Its name on the command line of `npm run chaos`. */
  readonly row: string;
  /** What the nodes share, or the kind of store they have. */
  readonly on: string;
  readonly recoveredMs: Millis;
  /** Anything else worth a figure. */
  readonly also?: string;
};

/** Leaves a line of the table for `npm run chaos`, which says in which file. */
export const note = ({ row, on, recoveredMs, also, ...occurrences }: Figure): void => {
  const file = process.env.CHAOS_FIGURES;
  if (!file) return;
  const { missing, doubled, extra, early, late, repeated, matched, skipped, longestDelayMs } = occurrences;
  const counts = {
    planned: matched + missing.length + skipped.length,
    lost: missing.length,
    doubled: doubled.length + extra.length,
    early: early.length,
    late: late.length,
    repeated: repeated.length,
    skipped: skipped.length,
  };
  appendFileSync(file, `${JSON.stringify({ row, on, ...counts, longestDelayMs, recoveredMs, also })}\n`);
};
