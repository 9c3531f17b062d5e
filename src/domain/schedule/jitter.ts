import { hashFraction } from '../hash.js';
import type { Millis } from '../instant.js';

/** By how much every start of a job is moved: in [0, jitterMs), the same for every run and on every node (schedule-semantics 8). */
export const jitterOffset = (jitterMs: Millis | undefined, jobId: string): Millis =>
  jitterMs === undefined ? 0 : Math.floor(hashFraction(jobId) * jitterMs);
