import type { Cursors, Leases } from '../ports/leases.js';
import type { Membership, NodeInfo } from '../ports/membership.js';

type Alone = { readonly membership: Membership; readonly leases: Leases; readonly cursors: Cursors };

/**
 * A node that has its store for itself. It holds every lease, and no other node that ever ran on the store can be alive. Its
 * cursors live in memory, for stores that do not outlive the process.
 */
export const alone = (self: string): Alone => {
  let info: NodeInfo = { node: self, handlerKeys: [] };
  const cursors = new Map<string, { readonly position: number; readonly mark: string | null }>();
  return {
    membership: {
      self,
      exclusive: true,
      isAlive: (node) => node === self,
      nodes: () => [info],
      announce: (handlerKeys) => {
        info = { node: self, handlerKeys };
      },
      onFenced: () => () => undefined,
    },
    leases: { hold: async () => true, release: async () => undefined },
    cursors: {
      load: async (name) => cursors.get(name) ?? null,
      save: async (name, position, mark) => void cursors.set(name, { position, mark }),
    },
  };
};
