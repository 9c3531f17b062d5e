import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Background } from '../../../application/ports/clock.js';
import { StoreUnavailable } from '../../../application/ports/eventStore.js';
import type { Logger } from '../../../application/ports/logger.js';
import type { Membership, NodeInfo } from '../../../application/ports/membership.js';
import type { Millis } from '../../../domain/instant.js';
import { nodeWatch } from './nodeWatch.js';
import { looksPerBeat, type Pace, vouchedBeats } from './pace.js';
import type { BeatOptions, FromBeats, ToBeats } from './protocol.js';

/** Answers further apart than this many beats are a gap: nobody could have been heard in between. */
const gapBeats = 3;
/** Dead nodes are taken off the list after so many leases. */
const forgottenAfterLeases = 20;

export type OpenMembership = { readonly membership: Membership; close(): Promise<void> };

type Parts = {
  readonly uri: string;
  readonly database: string;
  readonly node: string;
  readonly pace: Pace;
  /** So long the node waits to be registered, and to be taken off the list. */
  readonly patienceMs: Millis;
  readonly background: Background;
  readonly log: Logger;
};

/** Through the package, so that it is found from sources and from the build alike. */
const builtWorker = (): string => createRequire(import.meta.url).resolve('#beat-worker');

/** Resolves once this node is on the list and knows who else is. Rejects with `StoreUnavailable` where that takes too long. */
export const openMembership = async (parts: Parts): Promise<OpenMembership> => {
  const { uri, database, node, pace, patienceMs, background, log } = parts;
  const watch = nodeWatch(pace.leaseMs, pace.beatMs * gapBeats);
  const listeners = new Set<(fenced: boolean) => void>();
  let handlerKeys: readonly string[] = [];
  let isFenced = false;
  let isClosing = false;
  let trouble = 'no beat was answered';
  const listed = signal();
  const stopped = signal();

  const setFenced = (fenced: boolean): void => {
    if (fenced === isFenced) return;
    isFenced = fenced;
    if (fenced) log.warn({ node }, 'this node is fenced: it cannot renew its beat');
    else log.warn({ node }, 'this node can renew its beat again');
    for (const listener of listeners) listener(fenced);
  };

  const send = (message: ToBeats): void => thread.postMessage(message);

  const receive = (message: FromBeats): void => {
    switch (message.kind) {
      case 'nodes': {
        watch.saw(message);
        send({ kind: 'heard' });
        const long = watch.silentFor(pace.leaseMs * forgottenAfterLeases);
        if (long.length > 0) send({ kind: 'forget', nodes: long });
        return listed.give();
      }
      case 'fenced':
        return setFenced(message.fenced);
      case 'failed':
        trouble = message.message;
        return log.debug({ node, message: trouble }, 'a beat failed; trying again');
      case 'stopped':
        return stopped.give();
    }
  };

  const startThread = (): Worker => {
    const { beatMs, fenceMs } = pace;
    const workerData: BeatOptions = { uri, database, node, beatMs, lookMs: beatMs / looksPerBeat, fenceMs, vouchedBeats };
    const started = new Worker(builtWorker(), { workerData, execArgv: [] });
    started.on('message', receive);
    started.on('error', (error) => log.error({ node, error }, 'the thread of the beats failed; starting another'));
    started.once('exit', () => {
      if (isClosing) return stopped.give();
      setFenced(true);
      background.after(pace.beatMs, () => {
        if (isClosing) return;
        thread = startThread();
        send({ kind: 'announce', handlerKeys });
      });
    });
    // A scheduler that waits for its next run keeps the process alive, its beats do not.
    started.unref();
    return started;
  };

  const close = async (): Promise<void> => {
    isClosing = true;
    send({ kind: 'stop' });
    await inTime(stopped.given, patienceMs, background);
    await thread.terminate();
  };

  let thread = startThread();
  if (!(await inTime(listed.given, patienceMs, background))) {
    const error = new StoreUnavailable(`MongoDB has not registered this node within ${patienceMs} ms: ${trouble}`);
    await close();
    throw error;
  }
  const self = (): NodeInfo => ({ node, handlerKeys });
  return {
    close,
    membership: {
      self: node,
      exclusive: false,
      isAlive: (other) => other === node || watch.isAlive(other),
      nodes: () => [self(), ...watch.nodes().filter((other) => other.node !== node)],
      announce: (keys) => {
        handlerKeys = [...keys];
        send({ kind: 'announce', handlerKeys });
      },
      onFenced: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
  };
};

type Signal = { readonly given: Promise<void>; give(): void };

const signal = (): Signal => {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
};

/** False where it did not happen in time. */
const inTime = (happened: Promise<void>, patienceMs: Millis, background: Background): Promise<boolean> =>
  new Promise((resolve) => {
    const stop = background.after(patienceMs, () => resolve(false), 'keepAlive');
    void happened.then(() => {
      stop();
      resolve(true);
    });
  });
