/**
 * The suites of a cluster in two sizes: one for every day, and with `CHAOS=full` the one that the figures in docs/cluster.md come from.
 */
export const isFull = process.env.CHAOS === 'full';

export const scale = isFull
  ? {
      leaseMs: 15_000,
      outageMs: 60_000,
      jobs: { mongod: 3_000, secantusdb: 3_000, ferretdb: 300 },
      kills: 8,
      spreadMs: 90_000,
      limitMs: 600_000,
    }
  : { leaseMs: 4_000, outageMs: 5_000, jobs: { mongod: 300, secantusdb: 150, ferretdb: 40 }, kills: 3, spreadMs: 10_000, limitMs: 180_000 };
