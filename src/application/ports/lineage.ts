/** The run of a job that makes another one, and how many jobs had made each other before it. */
export type Maker = { readonly executionId: string; readonly depth: number };

/** Knows within a handler, however often it waits in between, on behalf of which run it is called. */
export interface Lineage {
  within<T>(maker: Maker, act: () => T): T;
  /** What is done here counts as nobody's. */
  outside<T>(act: () => T): T;
  /** Null outside of runs. */
  current(): Maker | null;
}
