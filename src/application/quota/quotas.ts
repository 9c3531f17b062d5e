import type { Lineage } from '../ports/lineage.js';

/** How many jobs there may be; what is not named is not bounded. */
export type Quotas = {
  /** Of any one organization, those that have ended included. */
  readonly jobsPerOrganization?: number;
  /** Overrides it by name. */
  readonly jobsOf: { readonly [organization: string]: number };
  /** How many jobs in a row may have been made by runs of each other; null where nobody looks. */
  readonly chain: { readonly depth: number; readonly lineage: Lineage } | null;
};
