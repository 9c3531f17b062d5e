import { duration } from './time.js';

const limitMs = 2_000;

/** Of a clock that is so far ahead of this one's: what is to be thought of it, and in words. */
export const skewFinding = (skewMs: number): { readonly state: 'good' | 'warn'; readonly detail: string } =>
  Math.abs(skewMs) <= limitMs
    ? { state: 'good', detail: "as this one's" }
    : { state: 'warn', detail: `${duration(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} this one's` };
