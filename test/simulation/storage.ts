import { decodeEvents, encodeEvents } from '../../src/adapters/codec/index.js';
import { memoryEventLog } from '../../src/adapters/memory/eventLog.js';
import { type MemoryPublisher, memoryPublisher } from '../../src/adapters/memory/publisher.js';
import { memoryReadModels } from '../../src/adapters/memory/readModels.js';
import { alone } from '../../src/application/cluster/alone.js';
import { type Commit, type EventFeed, type EventStore, StoreUnavailable } from '../../src/application/ports/eventStore.js';
import type { Cursors, Leases } from '../../src/application/ports/leases.js';
import type { Membership } from '../../src/application/ports/membership.js';
import { PublisherUnavailable } from '../../src/application/ports/publisher.js';
import type { Changes, ReadModels } from '../../src/application/ports/readModels.js';
import type { RunRecords } from '../../src/application/ports/runRecords.js';
import type { Storage } from '../../src/application/ports/storage.js';
import type { Broker } from '../../src/bootstrap/parts.js';
import type { Machine } from './machine.js';
import type { Members } from './members.js';
import type { Network } from './network.js';

const storePatienceMs = 4_000;
const brokerPatienceMs = 3_000;

/** A log as a machine reaches it: over the network already, or to be called over it. */
export type SharedLog = { readonly store: EventStore; readonly feed: EventFeed };

type Hint = (partition: number, position: number) => void;

/** What all machines of a world share: the store, and the broker. */
export class Shared {
  readonly log: SharedLog;
  readonly #commits: Commit[] = [];
  readonly #real = memoryEventLog();
  readonly readModels: ReadModels;
  readonly runRecords: RunRecords;
  readonly publisher: MemoryPublisher = memoryPublisher();
  readonly cursors: Cursors = alone('shared').cursors;
  readonly leases = new Map<string, string>();
  readonly hints = new Set<{ readonly machine: Machine; readonly listener: Hint }>();

  constructor() {
    const { readModels, runRecords } = memoryReadModels();
    this.readModels = readModels;
    this.runRecords = runRecords;
    const { store, feed } = this.#real;
    const append: EventStore['append'] = (request) => {
      const appended = store.append(request);
      // It is done by now, and told in a moment; what is in the log is known at once, as it is to whoever reads it.
      void appended.then((result) => {
        if (result.outcome !== 'appended') return;
        const { stream, commitId, at } = request;
        const { version, partition, position } = result;
        this.#commits.push({ commitId, stream, version, partition, position, at, events: decodeEvents(encodeEvents(request.events)) });
      });
      return appended;
    };
    this.log = { store: { ...store, append }, feed };
  }

  /** Commits beyond the first `known`, as they were written. */
  fresh(known: number): readonly Commit[] {
    return this.#commits.length > known ? this.#commits.slice(known) : [];
  }

  /** The log as it is now, redactions included. */
  async all(): Promise<readonly Commit[]> {
    return this.#real.feed.after(0, 0, Number.MAX_SAFE_INTEGER);
  }
}

type Methods = { readonly [name: string]: (...given: never[]) => Promise<unknown> };

/** The storage as one machine has it: every call goes over the network. */
export const storageOf = (
  shared: Shared,
  machine: Machine,
  network: Network,
  members: Pick<Members, 'membership' | 'close'> | null,
  log: SharedLog = shared.log,
): Storage => {
  const over = <T extends object>(
    name: string,
    target: T,
    parts: { readonly [method: string]: (...given: never[]) => unknown } = {},
  ): T => {
    const called = Object.keys(target).map((method) => {
      const real = (target as unknown as Methods)[method];
      if (typeof real !== 'function') return [method, real] as const;
      const remote = (...given: never[]): Promise<unknown> => {
        const partly = parts[method];
        return network.call({
          from: machine,
          name: `${name}.${method}`,
          about: aboutOf(given[0]),
          apply: () => real(...given),
          ...(partly && { applyPartly: async () => partly(...given) }),
          failure: (message) => new StoreUnavailable(message),
          patienceMs: storePatienceMs,
        });
      };
      return [method, remote] as const;
    });
    return Object.fromEntries(called) as T;
  };
  const only = alone(machine.name);
  const membership: Membership = members?.membership ?? only.membership;
  return {
    store: over('store', log.store),
    feed: over('feed', log.feed),
    readModels: over('readModels', shared.readModels, { save: (changes: Changes) => shared.readModels.save(firstHalf(changes)) }),
    runRecords: over('runRecords', shared.runRecords),
    membership,
    leases: members ? over('leases', sharedLeases(shared.leases, membership)) : only.leases,
    cursors: members ? over('cursors', shared.cursors) : only.cursors,
    close: async () => members?.close(),
  };
};

const aboutOf = (first: unknown): string => {
  if (typeof first === 'string' || typeof first === 'number') return String(first);
  if (typeof first === 'object' && first !== null && 'commitId' in first && 'stream' in first) return `${first.stream} ${first.commitId}`;
  return '';
};

/** A store writes row after row. */
const firstHalf = ({ jobs, executions }: Changes): Changes => ({
  jobs: jobs.slice(0, Math.floor(jobs.length / 2)),
  executions: executions.slice(0, Math.ceil(executions.length / 2)),
  checkpoints: new Map(),
});

/** A lease lasts as long as its owner is thought alive by whoever asks. */
const sharedLeases = (held: Map<string, string>, { self, isAlive }: Membership): Leases => ({
  hold: async (name) => {
    const owner = held.get(name);
    if (owner !== undefined && owner !== self && isAlive(owner)) return false;
    held.set(name, self);
    return true;
  },
  release: async (name) => void (held.get(name) === self && held.delete(name)),
});

/** The broker as one machine has it. Hints get lost like everything else. */
export const brokerOf = (shared: Shared, machine: Machine, network: Network): Broker => {
  const call = <T>(method: string, about: string, apply: () => Promise<T>, applyPartly?: () => Promise<unknown>): Promise<T> =>
    network.call({
      from: machine,
      name: `broker.${method}`,
      about,
      apply,
      ...(applyPartly && { applyPartly }),
      failure: (message) => new PublisherUnavailable(message),
      patienceMs: brokerPatienceMs,
    });
  const { publisher, hints } = shared;
  return {
    publisher: {
      prepare: (partition) => call('prepare', String(partition), () => publisher.prepare(partition)),
      standing: (partition) => call('standing', String(partition), () => publisher.standing(partition)),
      publish: (partition, events, after) =>
        call(
          'publish',
          `${events.length} after ${after}`,
          () => publisher.publish(partition, events, after),
          () => publisher.publish(partition, events.slice(0, Math.ceil(events.length / 2)), after),
        ),
      purge: (partition, subject, before) => call('purge', subject, () => publisher.purge(partition, subject, before)),
      close: async () => undefined,
    },
    hints: {
      announce: (partition, position) => {
        for (const { machine: to, listener } of hints)
          if (to !== machine && to.isAlive)
            void network
              .call({
                from: to,
                name: 'broker.hint',
                about: `${position}`,
                apply: async () => undefined,
                failure: (message) => new PublisherUnavailable(message),
                patienceMs: brokerPatienceMs,
              })
              .then(
                () => listener(partition, position),
                () => undefined,
              );
      },
      onHint: (listener) => {
        const entry = { machine, listener };
        hints.add(entry);
        return () => void hints.delete(entry);
      },
      close: async () => undefined,
    },
    close: async () => undefined,
  };
};
