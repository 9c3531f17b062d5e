import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type NodeWatch, nodeWatch } from '../../../src/adapters/mongo/cluster/nodeWatch.js';
import { usualPace } from '../../../src/adapters/mongo/cluster/pace.js';

const { beatMs, leaseMs, fenceMs } = usualPace;
const longestGapMs = 3 * beatMs;

const at = (askedAt: number, beats: Readonly<Record<string, number>>, tookMs = 0) => ({
  nodes: Object.entries(beats).map(([_id, beat]) => ({ _id, beat, handlerKeys: [`key of ${_id}`] })),
  askedAt,
  answeredAt: askedAt + tookMs,
});
const newWatch = (): NodeWatch => nodeWatch(leaseMs, longestGapMs);
/** Looks every beat, from an instant on and for so long. */
const look = (watch: NodeWatch, fromMs: number, lastsMs: number, beats: Readonly<Record<string, number>>): void => {
  for (let ms = fromMs; ms <= fromMs + lastsMs; ms += beatMs) watch.saw(at(ms, beats));
};

describe('a node', () => {
  it('lives as long as its beat changes', () => {
    const watch = newWatch();
    for (let beat = 1; beat < 100; beat++) watch.saw(at(beat * beatMs, { a: beat }));
    expect(watch.isAlive('a')).toBe(true);
    expect(watch.nodes()).toEqual([{ node: 'a', handlerKeys: ['key of a'] }]);
  });

  it('is dead when its beat has stood still for a lease, and not before', () => {
    const watch = newWatch();
    look(watch, 0, leaseMs - beatMs, { a: 1 });
    expect(watch.isAlive('a')).toBe(true);
    watch.saw(at(leaseMs, { a: 1 }));
    expect(watch.isAlive('a')).toBe(false);
    expect(watch.nodes()).toEqual([]);
  });

  it('lives again when its beat moves again, even backwards', () => {
    const watch = newWatch();
    look(watch, 0, leaseMs, { a: 7 });
    watch.saw(at(leaseMs + beatMs, { a: 1 }));
    expect(watch.isAlive('a')).toBe(true);
  });

  it('is dead at once when it has left, and may come back', () => {
    const watch = newWatch();
    watch.saw(at(0, { a: 1 }));
    watch.saw(at(beatMs, {}));
    expect(watch.isAlive('a')).toBe(false);
    watch.saw(at(2 * beatMs, { a: 1 }));
    expect(watch.isAlive('a')).toBe(true);
  });

  it('that was never seen has the benefit of the doubt for one lease of answers', () => {
    const watch = newWatch();
    expect(watch.isAlive('stranger')).toBe(true);
    look(watch, 0, leaseMs - beatMs, { a: 1 });
    expect(watch.isAlive('stranger')).toBe(true);
    watch.saw(at(leaseMs, { a: 1 }));
    expect(watch.isAlive('stranger')).toBe(false);
  });

  it('is on the list of the long silent until it is taken off', () => {
    const watch = newWatch();
    look(watch, 0, 2 * leaseMs, { a: 1 });
    expect(watch.silentFor(2 * leaseMs)).toEqual(['a']);
    watch.saw(at(2 * leaseMs + beatMs, {}));
    expect(watch.silentFor(2 * leaseMs)).toEqual([]);
  });
});

describe('an outage of the store', () => {
  it.each([longestGapMs + 1, 60_000, 86_400_000])('of %d ms kills nobody', (outageMs) => {
    const watch = newWatch();
    look(watch, 0, leaseMs - beatMs, { a: 1 });
    expect(watch.isAlive('stranger')).toBe(true);
    const back = leaseMs - beatMs + outageMs;
    look(watch, back, leaseMs - beatMs, { a: 1 });
    expect([watch.isAlive('a'), watch.isAlive('stranger')]).toEqual([true, true]);
    watch.saw(at(back + leaseMs, { a: 1 }));
    expect([watch.isAlive('a'), watch.isAlive('stranger')]).toEqual([false, false]);
  });

  it('does not bring back the dead', () => {
    const watch = newWatch();
    look(watch, 0, leaseMs, { a: 1 });
    watch.saw(at(leaseMs + 60_000, { a: 1 }));
    expect(watch.isAlive('a')).toBe(false);
  });
});

type Beat = { readonly sentAt: number; readonly appliedAt: number; readonly answeredAt: number };
type Look = { readonly askedAt: number; readonly readAt: number; readonly answeredAt: number; readonly heardAt: number };
type Story = { readonly beats: readonly Beat[]; readonly looks: readonly Look[] };

/** Delays of the network, of the store and of a busy main thread; now and then a beat that is long in coming. */
const story: fc.Arbitrary<Story> = fc
  .record({
    beats: fc.array(
      fc.record({
        waitMs: fc.oneof({ weight: 4, arbitrary: fc.constant(beatMs) }, fc.nat(25_000)),
        goMs: fc.nat(2_900),
        backMs: fc.nat(2_900),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    looks: fc.array(fc.record({ goMs: fc.nat(8_000), backMs: fc.nat(2_900), heardMs: fc.nat(8_000) }), { minLength: 5, maxLength: 40 }),
  })
  .map(({ beats, looks }) => {
    const sent: Beat[] = [];
    for (const { waitMs, goMs, backMs } of beats) {
      const sentAt = Math.max((sent.at(-1)?.sentAt ?? 0) + waitMs, sent.at(-1)?.answeredAt ?? 0);
      sent.push({ sentAt, appliedAt: sentAt + goMs, answeredAt: sentAt + goMs + backMs });
    }
    const asked: Look[] = [];
    for (const { goMs, backMs, heardMs } of looks) {
      const askedAt = Math.max((asked.at(-1)?.askedAt ?? 0) + beatMs, asked.at(-1)?.answeredAt ?? 0);
      const answeredAt = askedAt + goMs + backMs;
      asked.push({ askedAt, readAt: askedAt + goMs, answeredAt, heardAt: Math.max(answeredAt + heardMs, asked.at(-1)?.heardAt ?? 0) });
    }
    return { beats: sent, looks: asked };
  });

/** The fence of a node is up unless a beat that was sent less than the fence ago has been answered. */
const isFenced = (beats: readonly Beat[], now: number, fence: number): boolean =>
  !beats.some(({ sentAt, answeredAt }) => answeredAt <= now && sentAt > now - fence);

type Times = (look: Look) => { readonly askedAt: number; readonly answeredAt: number };
const asMeasured: Times = ({ askedAt, answeredAt }) => ({ askedAt, answeredAt });

const neverKillsTheLiving = (times: Times, fence: number) =>
  fc.property(story, ({ beats, looks }) => {
    const watch = newWatch();
    for (const look of looks) {
      const beat = beats.filter(({ appliedAt }) => appliedAt <= look.readAt).length;
      watch.saw({ nodes: beat > 0 ? [{ _id: 'a', beat, handlerKeys: [] }] : [], ...times(look) });
      if (beat > 0 && !watch.isAlive('a') && !isFenced(beats, look.askedAt, fence)) return false;
    }
    return true;
  });

const run = (times: Times, fence = fenceMs) => fc.check(neverKillsTheLiving(times, fence), { numRuns: 5_000, seed: 7 });

describe('whoever is taken for dead has fenced itself before', () => {
  it('whatever is delayed', () => {
    const { failed, counterexample } = run(asMeasured);
    expect(failed, JSON.stringify(counterexample)).toBe(false);
  });

  it('which does not hold where time is taken when an answer is looked at', () => {
    expect(run(({ heardAt }) => ({ askedAt: heardAt, answeredAt: heardAt })).failed).toBe(true);
  });

  it('which does not hold where silence begins with the question', () => {
    expect(run(({ askedAt }) => ({ askedAt, answeredAt: askedAt })).failed).toBe(true);
  });

  it('which does not hold where the fence is as long as two leases', () => {
    expect(run(asMeasured, 2 * leaseMs).failed).toBe(true);
  });
});
