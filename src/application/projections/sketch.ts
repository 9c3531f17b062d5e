import { appended } from '../../domain/appended.js';
import type { Millis } from '../../domain/instant.js';

/**
 * A histogram with logarithmic buckets (DDSketch, Masson et al. 2019): quantiles within 1 % of the true value, and two sketches add
 * up bucket by bucket. Buckets are `[index, count]` pairs in the order of their indexes; index i covers (gamma^(i-1), gamma^i].
 */
export type Sketch = {
  readonly count: number;
  readonly sum: Millis;
  readonly max: Millis;
  readonly buckets: readonly (readonly [index: number, count: number])[];
};

const gamma = 1.01 / 0.99;
const logGamma = Math.log(gamma);
/** Values up to a tenth of a millisecond share the first bucket. */
const smallest = 0.1;

export const emptySketch: Sketch = { count: 0, sum: 0, max: 0, buckets: [] };

export const record = ({ count, sum, max, buckets }: Sketch, value: Millis): Sketch => {
  // Not -0, which JSON does not know.
  const index = Math.ceil(Math.log(Math.max(value, smallest)) / logGamma) + 0;
  const at = buckets.findIndex(([i]) => i >= index);
  const found = at >= 0 ? buckets[at] : undefined;
  const merged =
    found?.[0] === index
      ? buckets.with(at, [index, found[1] + 1])
      : at < 0
        ? appended(buckets, [index, 1])
        : buckets.toSpliced(at, 0, [index, 1]);
  return { count: count + 1, sum: sum + value, max: Math.max(max, value), buckets: merged };
};

/** The value below which a fraction `q` of the recorded ones lies; null for an empty sketch. */
export const quantile = ({ count, max, buckets }: Sketch, q: number): Millis | null => {
  if (count === 0) return null;
  let left = Math.max(1, Math.ceil(q * count));
  for (const [index, n] of buckets) {
    left -= n;
    if (left <= 0) return Math.min(max, (2 * gamma ** index) / (gamma + 1));
  }
  return max;
};

export const mean = ({ count, sum }: Sketch): Millis | null => (count === 0 ? null : sum / count);
