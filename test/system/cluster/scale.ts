import { isFull } from '../chaos/figures.js';

/**
 * The suites of a cluster in two sizes: one for every day, and with `CHAOS=full` the one that the figures in docs/reliability.md come
 * from. FerretDB gets what it can take: its guarded updates scan whole collections, and take seconds each beside other load.
 */
export const scale = isFull
  ? {
      leaseMs: 15_000,
      outageMs: 60_000,
      windowMs: 60_000,
      jobs: { mongod: 1_500, secantusdb: 1_500, ferretdb: 60 },
      kills: 5,
      spreadMs: 120_000,
      limitMs: 600_000,
    }
  : {
      leaseMs: 4_000,
      outageMs: 5_000,
      windowMs: 180_000,
      jobs: { mongod: 300, secantusdb: 150, ferretdb: 40 },
      kills: 3,
      spreadMs: 10_000,
      limitMs: 180_000,
    };
