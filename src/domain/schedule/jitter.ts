import { hashFraction } from '../hash.js';
import type { Millis } from '../instant.js';

/** How far every start of this job is moved: the same for each run, so that spacing is kept and replicas agree (schedule-semantics 8). */
export const jitterOffset = (jitterMs: Millis | undefined, jobId: string): Millis =>
  jitterMs ? Math.floor(hashFraction(jobId) * jitterMs) : 0;
