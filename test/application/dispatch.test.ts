import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Limits, Slots } from '../../src/application/dispatch/limits.js';
import { ageingMs, ReadyQueue } from '../../src/application/dispatch/readyQueue.js';
import { type WakeUp, WakeUps } from '../../src/application/dispatch/wakeUps.js';
import { instant } from '../../src/domain/instant.js';
import type { Priority } from '../../src/domain/job/index.js';

const wakeUp = (stream: string, workAt: number, priority: Priority = 'normal', handlerKey = 'report'): WakeUp => ({
  stream,
  workAt: instant(workAt),
  priority,
  handlerKey,
  active: false,
});

describe('wake-ups', () => {
  /** Against a plain list: the earliest first, equal instants in the order in which they came, one per stream. */
  const behaves = (make: () => WakeUps) =>
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('put', 'put', 'put', 'remove', 'take', 'look'), fc.nat(30), fc.nat(15)), {
        maxLength: 300,
        size: 'max',
      }),
      (steps) => {
        const heap = make();
        let list: WakeUp[] = [];
        const first = () => list.reduce<WakeUp | undefined>((a, b) => (a && a.workAt <= b.workAt ? a : b), undefined);
        for (const [what, n, time] of steps) {
          const stream = `org/job-${n}`;
          if (what === 'put') {
            list = [...list.filter((w) => w.stream !== stream), wakeUp(stream, time)];
            heap.put(wakeUp(stream, time));
          } else if (what === 'remove') {
            list = list.filter((w) => w.stream !== stream);
            heap.remove(stream);
          } else if (what === 'take') {
            const due = first();
            const expected = due && due.workAt <= time ? due : null;
            if (expected) list = list.filter((w) => w !== expected);
            expect(heap.takeDue(instant(time))).toEqual(expected);
          } else expect(heap.earliest()).toBe(first()?.workAt ?? null);
          expect(heap.size).toBe(list.length);
        }
      },
    );
  const options = { numRuns: 200, seed: 7 };

  it('come earliest first, one for each stream', () =>
    fc.assert(
      behaves(() => new WakeUps()),
      options,
    ));

  it.each([
    [
      'a replaced one stays',
      () =>
        new (class extends WakeUps {
          override remove(): void {}
        })(),
    ],
    [
      'what is due a little later is taken',
      () =>
        new (class extends WakeUps {
          override takeDue(now: number): WakeUp | null {
            return super.takeDue(instant(now + 1));
          }
        })(),
    ],
    [
      'the earliest is not the earliest',
      () =>
        new (class extends WakeUps {
          override put(w: WakeUp): void {
            super.put({ ...w, workAt: instant(-w.workAt) });
          }
        })(),
    ],
  ])('unlike those where %s', (_, mutant) => {
    expect(fc.check(behaves(mutant), { ...options, endOnFailure: true }).failed).toBe(true);
  });

  it('stay in order when most of many were replaced', () => {
    const heap = new WakeUps();
    for (let round = 0; round < 20; round++) for (let n = 0; n < 200; n++) heap.put(wakeUp(`org/job-${n}`, (n * 7919 + round) % 1_009));
    const taken: number[] = [];
    for (let next = heap.takeDue(instant(2_000)); next; next = heap.takeDue(instant(2_000))) taken.push(next.workAt);
    expect(taken).toEqual([...taken].sort((a, b) => a - b));
    expect(taken).toHaveLength(200);
  });

  it('are all gone after clear', () => {
    const heap = new WakeUps();
    heap.put(wakeUp('org/a', 1));
    heap.clear();
    expect([heap.size, heap.earliest(), heap.takeDue(instant(9))]).toEqual([0, null, null]);
  });
});

type Queue = Pick<ReadyQueue, 'add' | 'take' | 'size'>;
const all = () => true;
const now = instant(1_000_000);
const drain = (queue: Queue, n = Number.POSITIVE_INFINITY, at = now, mayStart: Parameters<Queue['take']>[1] = all): string[] => {
  const taken: string[] = [];
  for (let next = queue.take(at, mayStart); next && taken.length < n; next = taken.length < n ? queue.take(at, mayStart) : null)
    taken.push(next.stream);
  return taken;
};
const equalShares = () => 1;
const fill = (queue: Queue, organization: string, n: number, priority: Priority = 'normal', workAt: number = now): void => {
  for (let i = 0; i < n; i++) queue.add(wakeUp(`${organization}/${priority}-${i}`, workAt, priority));
};
const countOf = (taken: readonly string[], organization: string): number => taken.filter((s) => s.startsWith(`${organization}/`)).length;

// What dispatch promises, as checks that a queue passes or not.
const checks = {
  'the higher priority goes first': (queue: Queue) => {
    fill(queue, 'a', 2, 'low');
    fill(queue, 'a', 2, 'normal');
    fill(queue, 'a', 2, 'critical');
    fill(queue, 'a', 1, 'high');
    expect(drain(queue, 7)).toEqual(['a/critical-0', 'a/critical-1', 'a/high-0', 'a/normal-0', 'a/normal-1', 'a/low-0', 'a/low-1']);
  },
  'work of one priority goes in the order in which it fell due': (queue: Queue) => {
    fill(queue, 'a', 5);
    expect(drain(queue)).toEqual(['a/normal-0', 'a/normal-1', 'a/normal-2', 'a/normal-3', 'a/normal-4']);
  },
  'work that waits long counts as more urgent': (queue: Queue) => {
    queue.add(wakeUp('a/old', now - 2 * ageingMs, 'low'));
    fill(queue, 'a', 5, 'normal');
    expect(drain(queue)[0]).toBe('a/old');
  },
  'a flood of critical work leaves some for the others': (queue: Queue) => {
    fill(queue, 'a', 1_000, 'critical');
    fill(queue, 'a', 1_000, 'low', now - 1);
    expect(drain(queue, 200).filter((s) => s.includes('low')).length).toBeGreaterThanOrEqual(20);
  },
  'organizations take turns, however much one of them has': (queue: Queue) => {
    fill(queue, 'a', 1_000);
    fill(queue, 'b', 20);
    fill(queue, 'c', 20);
    const taken = drain(queue, 30);
    expect([countOf(taken, 'b'), countOf(taken, 'c')].every((n) => n >= 9 && n <= 11)).toBe(true);
  },
  'what may not start lets others pass, and is not lost': (queue: Queue) => {
    queue.add(wakeUp('a/blocked', now, 'critical', 'blocked'));
    fill(queue, 'a', 1, 'low');
    expect(drain(queue, 9, now, (key) => key !== 'blocked')).toEqual(['a/low-0']);
    expect(queue.size).toBe(1);
    expect(drain(queue)).toEqual(['a/blocked']);
    expect(queue.size).toBe(0);
  },
} as const;

describe('the queue of ready work', () => {
  it.each(Object.entries(checks))('%s', (_, check) => check(new ReadyQueue(equalShares)));

  it.each<readonly [string, keyof typeof checks, () => Queue]>([
    ['forgets priorities', 'the higher priority goes first', () => changing((w) => ({ ...w, priority: 'normal' }))],
    ['starts with the newest', 'work of one priority goes in the order in which it fell due', () => backwards()],
    ['does not age', 'work that waits long counts as more urgent', () => changing((w) => ({ ...w, workAt: now }))],
    ['knows priorities only', 'a flood of critical work leaves some for the others', () => strict()],
    [
      'takes all for one organization',
      'organizations take turns, however much one of them has',
      () =>
        changing(
          (w) => ({ ...w, stream: `x/${w.stream}` }),
          (w) => ({ ...w, stream: w.stream.slice(2) }),
        ),
    ],
    ['gives up on what may not start', 'what may not start lets others pass, and is not lost', () => strict()],
  ])('is not one that %s', (_, name, mutant) => {
    expect(() => checks[name](mutant())).toThrow();
  });

  const changing = (into: (w: WakeUp) => WakeUp, out: (w: WakeUp) => WakeUp = (w) => w): Queue => {
    const queue = new ReadyQueue(equalShares);
    return {
      add: (w) => queue.add(into(w)),
      take: (at, mayStart) => {
        const taken = queue.take(at, mayStart);
        return taken && out(taken);
      },
      get size() {
        return queue.size;
      },
    };
  };
  const backwards = (): Queue => {
    const items: WakeUp[] = [];
    return {
      add: (w) => void items.unshift(w),
      take: () => items.shift() ?? null,
      get size() {
        return items.length;
      },
    };
  };
  /** By priority alone; what may not start is thrown away. */
  const strict = (): Queue => {
    const items: WakeUp[] = [];
    const rank = { critical: 0, high: 1, normal: 2, low: 3 };
    return {
      add: (w) => {
        items.push(w);
        items.sort((a, b) => rank[a.priority] - rank[b.priority]);
      },
      take: (_at, mayStart) => {
        for (let next = items.shift(); next; next = items.shift()) if (mayStart(next.handlerKey, '')) return next;
        return null;
      },
      get size() {
        return items.length;
      },
    };
  };

  it('gives each organization its share by weight', () => {
    const queue = new ReadyQueue((organization) => (organization === 'big' ? 3 : 1));
    fill(queue, 'big', 400);
    fill(queue, 'small', 400);
    const taken = drain(queue, 200);
    expect(countOf(taken, 'big')).toBeGreaterThanOrEqual(145);
    expect(countOf(taken, 'big')).toBeLessThanOrEqual(155);
  });

  it('lets nobody save up turns while idle', () => {
    const queue = new ReadyQueue(equalShares);
    fill(queue, 'a', 500);
    drain(queue, 100);
    fill(queue, 'b', 100);
    const taken = drain(queue, 20);
    expect(countOf(taken, 'b')).toBeLessThanOrEqual(11);
    expect(countOf(taken, 'a')).toBeGreaterThanOrEqual(9);
  });

  it('takes everything that was put in, once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('low', 'normal', 'high', 'critical'), fc.nat(200_000)), {
          maxLength: 200,
        }),
        (items) => {
          const queue = new ReadyQueue(equalShares);
          const put = items.map(([organization, priority, waited], i) => wakeUp(`${organization}/${i}`, now - waited, priority));
          for (const w of put) queue.add(w);
          expect(queue.size).toBe(put.length);
          expect(drain(queue).sort()).toEqual(put.map((w) => w.stream).sort());
          expect(queue.size).toBe(0);
        },
      ),
      { numRuns: 100, seed: 11 },
    );
  });
});

describe('slots', () => {
  const limits = (given: Partial<Limits> = {}): Limits => ({ concurrency: 10, jobTypes: {}, organizations: {}, weights: {}, ...given });
  const given: Limits = limits({ jobTypes: { report: 2, custom: 2 }, perOrganization: 3, organizations: { acme: 4 } });
  const boundOf = (organization: string): number => given.organizations[organization] ?? 3;

  /** Whatever is started and ended, no limit is exceeded, and nothing that fits is refused. */
  const holds = (make: () => Slots) =>
    fc.property(
      fc.array(
        fc.tuple(fc.constantFrom('report', 'mail', 'custom:a', 'custom:b'), fc.constantFrom('acme', 'beta'), fc.boolean(), fc.nat(20)),
        { maxLength: 100 },
      ),
      (steps) => {
        const slots = make();
        const running: { key: string; organization: string }[] = [];
        const count = (of: (r: { key: string; organization: string }) => boolean) => running.filter(of).length;
        for (const [key, organization, starts, nth] of steps) {
          if (starts) {
            const typeOf = (k: string) => (k.startsWith('custom:') ? 'custom' : k);
            const ofType = given.jobTypes[typeOf(key)] ?? Number.POSITIVE_INFINITY;
            const fits =
              count((r) => typeOf(r.key) === typeOf(key)) < ofType && count((r) => r.organization === organization) < boundOf(organization);
            expect(slots.allows(key, organization)).toBe(fits);
            if (slots.free <= 0 || !fits) continue;
            slots.take(key, organization);
            running.push({ key, organization });
          } else {
            const [ended] = running.splice(nth % Math.max(1, running.length), 1);
            if (ended) slots.release(ended.key, ended.organization);
          }
          expect([slots.used, slots.free]).toEqual([running.length, 10 - running.length]);
        }
      },
    );
  const options = { numRuns: 200, seed: 3 };

  it('are never more than the limits of node, type and organization', () =>
    fc.assert(
      holds(() => new Slots(given)),
      options,
    ));

  it.each([
    ['types are not limited', () => new Slots(limits({ perOrganization: 3, organizations: { acme: 4 } }))],
    ['an organization of its own limit has that of all', () => new Slots(limits({ jobTypes: given.jobTypes, perOrganization: 3 }))],
    [
      'a slot is given back twice',
      () =>
        new (class extends Slots {
          override release(key: string, organization: string): void {
            super.release(key, organization);
            super.release(key, organization);
          }
        })(given),
    ],
    [
      'a limit is one too high',
      () => new Slots(limits({ jobTypes: { report: 3, custom: 2 }, perOrganization: 3, organizations: { acme: 4 } })),
    ],
  ])('unlike those where %s', (_, mutant) => {
    expect(fc.check(holds(mutant), { ...options, endOnFailure: true }).failed).toBe(true);
  });

  it('are limited by the handler too, the smaller limit counts', () => {
    const slots = new Slots(limits({ jobTypes: { report: 5 } }));
    slots.take('report', 'acme');
    expect(slots.allows('report', 'acme', 1)).toBe(false);
    expect(slots.allows('report', 'acme', 2)).toBe(true);
    expect(slots.allows('report', 'acme')).toBe(true);
  });

  it('are there for tenants and types of every name', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
      expect(new Slots(limits()).allows(name, 'acme')).toBe(true);
      expect(new Slots(limits()).allows('report', name)).toBe(true);
      expect(new Slots(limits()).allows(`custom:${name}`, 'acme')).toBe(true);
    }
  });
});
