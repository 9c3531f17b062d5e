import { openMemory } from '../src/adapters/memory/index.js';
import { StoreUnavailable } from '../src/application/ports/eventStore.js';
import type { NodeInfo } from '../src/application/ports/membership.js';
import type { Storage } from '../src/application/ports/storage.js';

type Fault =
  /** What the node writes into the read models stays with it: others have the log alone to go by. */
  | 'saves held'
  /** The node sees nothing of the log that is new. */
  | 'log held'
  /** Appends are on their way. */
  | 'appends held'
  /** Appends are made, and their answers get lost. */
  | 'answers lost'
  /** What a stream holds cannot be told now. */
  | 'reads refused'
  /** Nothing reaches the store. */
  | 'cut off';

type Node = { info: NodeInfo; readonly fenced: Set<(fenced: boolean) => void> };

/** A cluster's storage in one process: nodes share log and read models, and the test decides who is alive, fenced, late, or cut off. */
export class SharedStorage {
  readonly #shared = openMemory({ node: 'shared' });
  readonly #nodes = new Map<string, Node>();
  readonly #leases = new Map<string, string>();
  readonly #faults = new Map<string, { readonly ended: Promise<void>; end(): void }>();

  /** What a node opens. */
  open = async (node: string): Promise<Storage> => {
    const { store, feed, readModels, runRecords, cursors } = this.#shared;
    const entry: Node = { info: { node, handlerKeys: [] }, fenced: new Set() };
    this.#nodes.set(node, entry);
    const id = idOf(node);
    const reached = async (...faults: readonly Fault[]): Promise<void> => {
      if (this.#has('cut off', id)) throw new StoreUnavailable(`${id} does not reach the store`);
      for (const fault of faults) await this.#faults.get(`${id} ${fault}`)?.ended;
    };
    /** Every method of a port, behind what happens to this node. */
    const behind = <T extends object>(port: T, faultsOf: (method: string) => readonly Fault[] = () => []): T =>
      new Proxy(port, {
        get: (target, method) => {
          const call = Reflect.get(target, method);
          if (typeof call !== 'function') return call;
          return (...given: unknown[]) => reached(...faultsOf(String(method))).then(() => Reflect.apply(call, target, given));
        },
      });
    const log = behind(store, (method) => (method === 'append' ? ['appends held'] : []));
    return {
      store: {
        append: async (request) => {
          const result = await log.append(request);
          if (this.#has('answers lost', id)) throw new StoreUnavailable('the answer got lost');
          return result;
        },
        read: async (...call) => {
          if (this.#has('reads refused', id)) throw new StoreUnavailable('this cannot be read now');
          return log.read(...call);
        },
        redact: (...call) => log.redact(...call),
        streams: (...call) => log.streams(...call),
      },
      feed: behind(feed, (method) => (method === 'after' ? ['log held'] : [])),
      readModels: behind(readModels, (method) => (method === 'save' ? ['saves held'] : [])),
      runRecords: behind(runRecords),
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

  /** From now on, until the function that is returned is called; also for a node that is opened later. `nodeId` is its name without the incarnation. */
  inflict(fault: Fault, nodeId: string): () => void {
    const key = `${nodeId} ${fault}`;
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = () => {
        this.#faults.delete(key);
        resolve();
      };
    });
    this.#faults.set(key, { ended, end });
    return end;
  }

  heal(): void {
    for (const { end } of [...this.#faults.values()]) end();
  }

  /** The others think the node dead from now on; it may not know. */
  declareDead(nodeId: string): void {
    for (const node of this.#named(nodeId)) this.#nodes.delete(node);
  }

  fence(nodeId: string, fenced: boolean): void {
    for (const node of this.#named(nodeId)) for (const listener of this.#nodes.get(node)?.fenced ?? []) listener(fenced);
  }

  /** What the others see a node offer. */
  announced(nodeId: string): readonly string[] {
    return this.#named(nodeId).flatMap((node) => this.#nodes.get(node)?.info.handlerKeys ?? []);
  }

  #has(fault: Fault, nodeId: string): boolean {
    return this.#faults.has(`${nodeId} ${fault}`);
  }

  #named(nodeId: string): readonly string[] {
    return [...this.#nodes.keys()].filter((node) => idOf(node) === nodeId);
  }
}

/** Without the twelve characters of its incarnation. */
const idOf = (node: string): string => node.slice(0, -13);
