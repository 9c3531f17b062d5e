import { startBeats } from '../../src/adapters/mongo/cluster/beats.js';
import { nodeWatch } from '../../src/adapters/mongo/cluster/nodeWatch.js';
import { looksPerBeat, usualPace, vouchedBeats } from '../../src/adapters/mongo/cluster/pace.js';
import { StoreUnavailable } from '../../src/application/ports/eventStore.js';
import type { Membership, NodeInfo } from '../../src/application/ports/membership.js';
import type { Machine } from './machine.js';
import type { Network } from './network.js';

type Beat = { readonly _id: string; readonly beat: number; readonly handlerKeys: readonly string[] };
/** The list of nodes in the store; `at` is when each beat arrived. */
export class NodeList {
  readonly #beats = new Map<string, Beat>();
  readonly #arrivals = new Map<string, number[]>();

  put(beat: Beat, at: number): void {
    this.#beats.set(beat._id, beat);
    const arrivals = this.#arrivals.get(beat._id) ?? [];
    this.#arrivals.set(beat._id, [...arrivals, at].slice(-20));
  }

  delete(node: string): void {
    this.#beats.delete(node);
    this.#arrivals.delete(node);
  }

  all(): readonly Beat[] {
    return [...this.#beats.values()];
  }

  /** Whether a node has beaten without a pause of note for longer than anybody's patience. */
  isSurelyAlive(node: string, now: number): boolean {
    const arrivals = this.#arrivals.get(node) ?? [];
    const recent = [now - surelyMs, ...arrivals.filter((at) => at > now - surelyMs), now];
    return (
      (arrivals[0] ?? now) <= now - surelyMs + beatGapMs && recent.every((at, i) => i === 0 || at - (recent[i - 1] ?? at) <= beatGapMs)
    );
  }
}

const beatGapMs = 2 * usualPace.beatMs;
const surelyMs = 3 * usualPace.leaseMs;

const patienceMs = usualPace.beatMs;
const gapBeats = 3;

export type Members = { readonly membership: Membership; readonly listed: Promise<void>; close(): Promise<void> };

/** The beats and the judgement of the cluster as they are, over the simulated network. */
export const membersOf = (list: NodeList, machine: Machine, network: Network, now: () => number): Members => {
  const { name: node, clock, background } = machine;
  const watch = nodeWatch(usualPace.leaseMs, usualPace.beatMs * gapBeats);
  const listeners = new Set<(fenced: boolean) => void>();
  let handlerKeys: readonly string[] = [];
  let giveListed = (): void => undefined;
  const listed = new Promise<void>((resolve) => {
    giveListed = resolve;
  });
  const call = <T>(name: string, apply: () => Promise<T>): Promise<T> =>
    network.call({ from: machine, name: `nodes.${name}`, about: '', apply, failure: (m) => new StoreUnavailable(m), patienceMs });

  let isFenced = false;
  const beats = startBeats({
    beat: (beat, keys) => call('beat', async () => list.put({ _id: node, beat, handlerKeys: keys }, now())),
    look: () => call('look', async () => list.all()),
    // From the thread of the beats to the main thread.
    tell: (report) =>
      void machine.after(0, () => {
        if (report.kind === 'nodes') {
          watch.saw(report);
          beats.heard();
          giveListed();
        } else if (report.kind === 'fenced' && report.fenced !== isFenced) {
          isFenced = report.fenced;
          for (const listener of listeners) listener(report.fenced);
        }
      }),
    clock,
    background,
    beatMs: usualPace.beatMs,
    lookMs: usualPace.beatMs / looksPerBeat,
    fenceMs: usualPace.fenceMs,
    vouchedBeats,
  });
  const self = (): NodeInfo => ({ node, handlerKeys });
  return {
    listed,
    membership: {
      self: node,
      exclusive: false,
      isAlive: (other) => other === node || watch.isAlive(other),
      nodes: () => [self(), ...watch.nodes().filter((other) => other.node !== node)],
      announce: (keys) => {
        handlerKeys = [...keys];
        beats.announce(handlerKeys);
      },
      onFenced: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    close: async () => {
      await beats.stop();
      await call('leave', async () => list.delete(node)).catch(() => undefined);
    },
  };
};
