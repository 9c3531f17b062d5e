import { setImmediate } from 'node:timers/promises';
import { openMemory } from '../../../src/adapters/memory/index.js';
import { memoryLeases } from '../../../src/adapters/memory/leases.js';
import { memoryPublisher } from '../../../src/adapters/memory/publisher.js';
import { VirtualTimers } from '../../../src/adapters/system/virtualTimers.js';
import { alone } from '../../../src/application/cluster/alone.js';
import { publishedOf } from '../../../src/application/eventStream.js';
import type { Background } from '../../../src/application/ports/clock.js';
import type { Commit, EventFeed } from '../../../src/application/ports/eventStore.js';
import type { Cursors, Leases } from '../../../src/application/ports/leases.js';
import type { Logger } from '../../../src/application/ports/logger.js';
import type { EventPublisher, Outgoing } from '../../../src/application/ports/publisher.js';
import { outgoingOf } from '../../../src/application/subscribers/cloudEvent.js';
import { Relay } from '../../../src/application/subscribers/relay.js';
import type { JobEvent } from '../../../src/domain/job/index.js';
import { completed, request } from '../../contracts/samples.js';

export const leaseMs = 5_000;

/** What a relay works with, so that a test can put something in between. */
export type Ports = {
  readonly feed: EventFeed;
  readonly publisher: EventPublisher;
  readonly leases: Leases;
  readonly cursors: Cursors;
};

export const deletion: JobEvent = { type: 'JobDeleted', fencingToken: 1 };

/** A log, a stream, and time that moves only when told to. */
export class World {
  readonly log = openMemory({ node: 'n1' });
  readonly stream = memoryPublisher();
  readonly cursors = alone('n1').cursors;
  readonly lines: string[] = [];
  /** All that was ever appended, whatever became of it. */
  readonly appended: Outgoing[] = [];
  readonly #versions = new Map<string, number>();
  readonly #timers = new VirtualTimers();
  readonly #leases = memoryLeases({ monotonic: () => this.now }, leaseMs);
  now = 0;

  readonly background: Background = { after: (delay, callback) => this.#timers.add(this.now + delay, callback) };

  readonly #logger: Logger = {
    debug: () => undefined,
    info: (_fields, message) => void this.lines.push(message),
    warn: (_fields, message) => void this.lines.push(message),
    error: (_fields, message) => void this.lines.push(message),
  };

  relay(node = 'n1', between: (ports: Ports) => Ports = (ports) => ports, background = this.background): Relay {
    const ports = { feed: this.log.feed, publisher: this.stream, leases: this.#leases.of(node), cursors: this.cursors };
    return new Relay({ ...between(ports), background, log: this.#logger });
  }

  async append(stream: string, events: readonly JobEvent[] = [completed('done')]): Promise<Commit> {
    const expectedVersion = this.#versions.get(stream) ?? 0;
    const append = request(stream, expectedVersion, { events });
    const appended = await this.log.store.append(append);
    if (appended.outcome === 'conflict') throw new Error('only this test appends');
    const { version, partition, position } = appended;
    const commit = { ...append, version, partition, position };
    this.#versions.set(stream, version);
    this.appended.push(...publishedOf(commit).map(outgoingOf));
    return commit;
  }

  /** Lets everything happen that waits for nothing but the processor. */
  async settle(): Promise<void> {
    await setImmediate();
  }

  async advance(ms: number): Promise<void> {
    const until = this.now + ms;
    await this.settle();
    for (let next = this.#timers.earliest(); next !== null && next <= until; next = this.#timers.earliest()) {
      this.now = Math.max(this.now, next);
      this.#timers.fire(this.now);
      await this.settle();
    }
    this.now = until;
  }

  /** When the next timer is due, from now. */
  nextTimer(): number | null {
    const next = this.#timers.earliest();
    return next === null ? null : next - this.now;
  }

  published(): readonly string[] {
    return this.stream.messages(0).map(({ sequence }) => sequence);
  }
}
