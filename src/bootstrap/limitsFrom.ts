import type { Config } from './config.js';
import type { LimitOptions } from './options.js';

/** Bounds that the environment names. */
export const limitsFrom = ({ SCHEDULER_MAX_JOBS, SCHEDULER_CHAIN_DEPTH }: Config): LimitOptions => ({
  ...(SCHEDULER_MAX_JOBS !== undefined && { jobsPerOrganization: SCHEDULER_MAX_JOBS }),
  ...(SCHEDULER_CHAIN_DEPTH !== undefined && { chainDepth: SCHEDULER_CHAIN_DEPTH }),
});
