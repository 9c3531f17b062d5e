import { openMemory } from '../src/adapters/memory/index.js';
import type { NodeInfo } from '../src/application/ports/membership.js';
import type { Storage } from '../src/application/ports/storage.js';

/** A cluster's storage in one process: nodes share log and read models, and the test decides who is alive, fenced, or cut off. */
export class SharedStorage {
  readonly #shared = openMemory({ node: 'shared' });
  readonly #nodes = new Map<string, { info: NodeInfo; readonly fenced: Set<(fenced: boolean) => void> }>();
  readonly #leases = new Map<string, string>();

  /** What a node opens; `onOpen` tells its name. */
  open = async (node: string): Promise<Storage> => {
    const { store, feed, readModels, runRecords, cursors } = this.#shared;
    const entry = { info: { node, handlerKeys: [] as readonly string[] }, fenced: new Set<(fenced: boolean) => void>() };
    this.#nodes.set(node, entry);
    return {
      store,
      feed,
      readModels,
      runRecords,
      cursors,
      membership: {
        self: node,
        exclusive: false,
        isAlive: (other) => this.#nodes.has(other),
        nodes: () => [...this.#nodes.values()].map(({ info }) => info),
        announce: (handlerKeys) => {
          entry.info = { node, handlerKeys };
        },
        onFenced: (listener) => {
          entry.fenced.add(listener);
          return () => void entry.fenced.delete(listener);
        },
      },
      leases: {
        hold: async (name) => {
          const holder = this.#leases.get(name);
          if (holder !== undefined && holder !== node && this.#nodes.has(holder)) return false;
          this.#leases.set(name, node);
          return true;
        },
        release: async (name) => void (this.#leases.get(name) === node && this.#leases.delete(name)),
      },
      close: async () => void this.#nodes.delete(node),
    };
  };

  /** The others think the node dead from now on; it may not know. */
  declareDead(node: string): void {
    this.#nodes.delete(node);
  }

  fence(node: string, fenced: boolean): void {
    for (const listener of this.#nodes.get(node)?.fenced ?? []) listener(fenced);
  }

  get names(): readonly string[] {
    return [...this.#nodes.keys()];
  }
}
