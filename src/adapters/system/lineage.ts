import { AsyncLocalStorage } from 'node:async_hooks';
import type { Lineage, Maker } from '../../application/ports/lineage.js';

// One for the process: runs of one scheduler may make jobs of another.
const makers = new AsyncLocalStorage<Maker>();

/** On releases of Node before 24 every promise costs more from the first `within` on. */
export const lineage: Lineage = {
  within: (maker, act) => makers.run(maker, act),
  outside: (act) => makers.exit(act),
  current: () => makers.getStore() ?? null,
};
