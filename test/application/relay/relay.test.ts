import { beforeEach, describe, expect, it } from 'vitest';
import { type EventPublisher, PublisherUnavailable } from '../../../src/application/ports/publisher.js';
import { completed } from '../../contracts/samples.js';
import { problemsOf } from './problems.js';
import { deletion, leaseMs, type Ports, World } from './world.js';

let world: World;
beforeEach(() => {
  world = new World();
});

const pollMs = 1_000;
const publishing =
  (changed: Partial<EventPublisher>) =>
  (ports: Ports): Ports => ({ ...ports, publisher: { ...ports.publisher, ...changed } });

/** A broker that can be taken away, and what was asked of it meanwhile. */
const broker = () => {
  const state = { isAway: false, asked: [] as number[] };
  const between = (ports: Ports): Ports =>
    publishing({
      prepare: async (p) => {
        if (state.isAway) {
          state.asked.push(world.now);
          throw new PublisherUnavailable('nobody there');
        }
        return ports.publisher.prepare(p);
      },
      publish: async (...args) => {
        if (state.isAway) throw new PublisherUnavailable('nobody there');
        return ports.publisher.publish(...args);
      },
    })(ports);
  return { state, between };
};

const fill = async (commits: number): Promise<void> => {
  for (let i = 0; i < commits; i++) await world.append(`acme/job-${i % 7}`);
};

describe('publishing', () => {
  it('brings the stream to the head of the log', async () => {
    await world.append('acme/a', [completed(1), completed(2)]);
    await world.append('acme/b');
    world.relay().start();
    await world.settle();
    expect(world.published()).toEqual(['0:1:0', '0:1:1', '0:2:0']);
    expect(world.stream.messages(0)).toEqual(world.appended.map((out, i) => ({ ...out, streamSequence: i + 1 })));
  });

  it('goes on in the middle of a commit', async () => {
    await world.append('acme/a', [completed(1), completed(2), completed(3)]);
    await world.append('acme/a');
    await world.stream.publish(0, world.appended.slice(0, 2), 0);
    world.relay().start();
    await world.settle();
    expect(world.published()).toEqual(['0:1:0', '0:1:1', '0:1:2', '0:2:0']);
  });

  it('reads page after page without a pause', async () => {
    await fill(1_700);
    world.relay().start();
    await world.settle();
    expect(world.published()).toHaveLength(1_700);
    expect(await problemsOf(world)).toEqual([]);
  });

  it('takes new commits at once where it is told of them', async () => {
    const relay = world.relay();
    relay.start();
    await world.settle();
    await fill(1);
    relay.wake(0);
    await world.settle();
    expect(world.published()).toEqual(['0:1:0']);
  });

  it('misses no commit that it is told of while it is at work', async () => {
    const relay = world.relay('n1', (ports) => ({
      ...ports,
      feed: {
        ...ports.feed,
        after: async (...args) => {
          const commits = await ports.feed.after(...args);
          if (world.appended.length === 0) {
            await fill(1);
            relay.wake(0);
          }
          return commits;
        },
      },
    }));
    relay.start();
    await world.settle();
    expect(world.published()).toEqual(['0:1:0']);
  });

  it('looks by itself, slowly', async () => {
    world.relay().start();
    await world.settle();
    await fill(1);
    await world.advance(pollMs - 1);
    expect(world.published()).toEqual([]);
    await world.advance(1);
    expect(world.published()).toEqual(['0:1:0']);
  });

  it('skips redacted commits', async () => {
    await fill(3);
    await world.log.store.redact('acme/job-1', 2);
    world.relay().start();
    await world.settle();
    expect(world.published()).toEqual(['0:1:0', '0:3:0']);
  });
});

describe('a stream that is not where it was', () => {
  it('gets again what it has lost, with the next commit', async () => {
    const relay = world.relay();
    await fill(10);
    relay.start();
    await world.settle();
    world.stream.loseAfter(0, 4);
    await fill(1);
    relay.wake(0);
    await world.settle();
    expect(await problemsOf(world)).toEqual([]);
  });

  it('gets again what it has lost, in silence', async () => {
    await fill(10);
    world.relay().start();
    await world.settle();
    world.stream.loseAfter(0, 4);
    await world.advance(20 * pollMs);
    expect(await problemsOf(world)).toEqual([]);
  });

  it('is left alone, with an explanation, where it belongs to another store', async () => {
    await fill(3);
    await world.stream.publish(0, [{ id: 'another.0', sequence: '0:2:0', subject: 's', body: '{}' }], 0);
    const relay = world.relay();
    relay.start();
    await world.advance(10_000);
    expect(world.published()).toEqual(['0:2:0']);
    expect((await relay.status())[0]?.lastError).toContain('belongs to another store, or the log was restored');
    expect(world.lines).toEqual(['events cannot be published; trying again']);
  });

  it('is left alone where it is ahead of a log that was restored from a backup', async () => {
    await fill(1);
    await world.stream.publish(0, [{ id: 'later.0', sequence: '0:9:0', subject: 's', body: '{}' }], 0);
    const relay = world.relay();
    relay.start();
    await world.advance(10_000);
    await fill(20);
    await world.advance(10_000);
    expect(world.published()).toEqual(['0:9:0']);
  });
});

describe('the cursor', () => {
  const stopped = async (): Promise<void> => {
    const relay = world.relay();
    relay.start();
    await world.settle();
    await relay.stop(1_000);
  };

  it('spares a later relay what has no events', async () => {
    await fill(1_400);
    await Promise.all(Array.from({ length: 7 }, (_, i) => world.log.store.redact(`acme/job-${i}`, 200)));
    await stopped();
    const read: number[] = [];
    const later = world.relay('n2', (ports) => ({
      ...ports,
      feed: {
        ...ports.feed,
        after: (partition, position, limit) => {
          read.push(position);
          return ports.feed.after(partition, position, limit);
        },
      },
    }));
    later.start();
    await world.settle();
    expect(read.at(-1)).toBe(1_400);
    expect(await problemsOf(world)).toEqual([]);
  });

  it('is what is left where the stream keeps its messages for a limited time', async () => {
    await fill(10);
    await stopped();
    const aged = publishing({ standing: async (p) => ({ ...(await world.stream.standing(p)), last: null }) });
    world.relay('n2', aged).start();
    await fill(1);
    await world.advance(pollMs);
    expect(world.published()).toHaveLength(11);
    expect(await problemsOf(world)).toEqual([]);
  });

  it('does not count where the stream is older', async () => {
    await fill(10);
    await stopped();
    world.stream.loseAfter(0, 5);
    world.relay('n2').start();
    await world.settle();
    expect(await problemsOf(world)).toEqual([]);
  });
});

describe('a deleted job', () => {
  it('leaves its deletion, and what came after', async () => {
    await world.append('acme/a');
    await world.append('acme/b');
    const relay = world.relay();
    relay.start();
    await world.settle();
    await world.append('acme/a', [completed(1), deletion]);
    await world.append('acme/a');
    relay.wake(0);
    await world.settle();
    expect(world.published()).toEqual(['0:2:0', '0:3:1', '0:4:0']);
  });

  it('is purged by the next relay where one died before it could', async () => {
    await world.append('acme/a');
    const { version } = await world.append('acme/a', [deletion]);
    await fill(498);
    const dying = publishing({ purge: () => new Promise(() => undefined) });
    world.relay('n1', dying).start();
    await world.settle();
    expect(world.published()).toHaveLength(500);
    await world.log.store.redact('acme/a', version);
    world.relay('n2').start();
    await world.advance(leaseMs + pollMs);
    expect(await problemsOf(world)).toEqual([]);
  });
});

describe('a broker that is away', () => {
  it('is asked again after 100 ms to 5 s, however many commits there are', async () => {
    const { state, between } = broker();
    state.isAway = true;
    const relay = world.relay('n1', between);
    relay.start();
    for (let i = 0; i < 200; i++) {
      await fill(1);
      relay.wake(0);
      await world.advance(100);
    }
    expect(state.asked).toEqual([0, 100, 300, 700, 1_500, 3_100, 6_300, 11_300, 16_300]);
  });

  it('gets everything once it is back', async () => {
    const { state, between } = broker();
    const relay = world.relay('n1', between);
    relay.start();
    await fill(5);
    relay.wake(0);
    await world.settle();
    state.isAway = true;
    await fill(5);
    relay.wake(0);
    await world.advance(4_000);
    state.isAway = false;
    await world.advance(5_000);
    expect(world.published()).toHaveLength(10);
    expect(await problemsOf(world)).toEqual([]);
    expect(world.lines).toEqual(['events cannot be published; trying again', 'events are published again']);
  });

  it('may be reached by another node: the lease is handed over', async () => {
    const { state, between } = broker();
    state.isAway = true;
    await fill(3);
    const [cutOff, other] = [world.relay('n1', between), world.relay('n2')];
    cutOff.start();
    await world.settle();
    other.start();
    await world.advance(30_000);
    expect(world.published()).toHaveLength(3);
    expect(await Promise.all([cutOff, other].map(async (r) => (await r.status())[0]?.publishes))).toEqual([false, true]);
  });

  it('shows in the status', async () => {
    const { state, between } = broker();
    const relay = world.relay('n1', between);
    relay.start();
    await fill(2);
    relay.wake(0);
    await world.advance(2 * pollMs);
    expect(await relay.status()).toEqual([{ partition: 0, publishes: true, behind: 0, lastError: null }]);
    state.isAway = true;
    await fill(3);
    relay.wake(0);
    await world.settle();
    expect(await relay.status()).toEqual([{ partition: 0, publishes: true, behind: 3, lastError: 'nobody there' }]);
  });
});

describe('two nodes', () => {
  it('publish one at a time, and the other knows how far it is', async () => {
    const [first, second] = [world.relay('n1'), world.relay('n2')];
    first.start();
    await world.settle();
    second.start();
    await fill(4);
    await world.advance(3 * pollMs);
    expect(await second.status()).toEqual([{ partition: 0, publishes: false, behind: 0, lastError: null }]);
    expect(await problemsOf(world)).toEqual([]);
  });

  it('take over when one dies', async () => {
    world.relay('n1', publishing({ publish: () => new Promise(() => undefined) })).start();
    await fill(1);
    await world.settle();
    world.relay('n2').start();
    await world.advance(leaseMs - pollMs);
    expect(world.published()).toEqual([]);
    await world.advance(2 * pollMs);
    expect(world.published()).toEqual(['0:1:0']);
  });

  it('take over at once when one stops', async () => {
    const first = world.relay('n1');
    first.start();
    await world.settle();
    world.relay('n2').start();
    await world.settle();
    await first.stop(1_000);
    await fill(1);
    await world.advance(pollMs);
    expect(world.published()).toEqual(['0:1:0']);
  });
});

describe('stopping', () => {
  it('publishes what the log has first', async () => {
    const relay = world.relay();
    relay.start();
    await world.settle();
    await fill(600);
    await relay.stop(1_000);
    expect(world.published()).toHaveLength(600);
  });

  it('waits no longer than the limit', async () => {
    await fill(1);
    const relay = world.relay('n1', publishing({ publish: () => new Promise(() => undefined) }));
    relay.start();
    await world.settle();
    let stopped = false;
    const stop = relay.stop(3_000).then(() => {
      stopped = true;
    });
    await world.advance(2_999);
    expect(stopped).toBe(false);
    await world.advance(1);
    await stop;
  });

  it('does not wait for a broker that is away', async () => {
    const { state, between } = broker();
    state.isAway = true;
    const relay = world.relay('n1', between);
    relay.start();
    await world.settle();
    await relay.stop(60_000);
    expect(world.now).toBe(0);
  });

  it('ends all work, and can be followed by another start', async () => {
    const relay = world.relay();
    relay.start();
    await relay.stop(1_000);
    await fill(1);
    await world.advance(10 * pollMs);
    expect(world.published()).toEqual([]);
    relay.start();
    await world.settle();
    expect(world.published()).toHaveLength(1);
  });

  it('is nothing where nothing was started', async () => {
    await world.relay().stop(1_000);
    expect(world.nextTimer()).toBeNull();
  });
});
