import type { Clock } from '../../application/ports/clock.js';
import type { Leases } from '../../application/ports/leases.js';
import type { Millis } from '../../domain/instant.js';

/** The leases of nodes that share a process. One that is not renewed within `leaseMs` goes to whoever asks next. */
export const memoryLeases = (clock: Pick<Clock, 'monotonic'>, leaseMs: Millis): { of(node: string): Leases } => {
  const held = new Map<string, { readonly node: string; readonly until: Millis }>();

  const hold = (node: string, name: string): boolean => {
    const now = clock.monotonic();
    const lease = held.get(name);
    if (lease && lease.node !== node && lease.until > now) return false;
    held.set(name, { node, until: now + leaseMs });
    return true;
  };

  return {
    of: (node) => ({
      hold: async (name) => hold(node, name),
      release: async (name) => {
        if (held.get(name)?.node === node) held.delete(name);
      },
    }),
  };
};
