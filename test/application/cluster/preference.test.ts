import { describe, expect, it } from 'vitest';
import { alone } from '../../../src/application/cluster/alone.js';
import { Preference } from '../../../src/application/dispatch/preference.js';
import type { Membership, NodeInfo } from '../../../src/application/ports/membership.js';
import type { WorkItem } from '../../../src/application/ports/readModels.js';
import { instant } from '../../../src/domain/instant.js';
import { openNode, sharedMemory } from '../node.js';
import { begin, deferred } from '../opened.js';

const streams = Array.from({ length: 600 }, (_, i) => `acme/job-${i}`);
const item = (stream: string, handlerKey = 'work'): WorkItem => ({ stream, handlerKey, priority: 'normal', workAt: instant(0) });
const node = (name: string, ...handlerKeys: string[]): NodeInfo => ({ node: name, handlerKeys });

const membershipOf = (nodes: readonly NodeInfo[], self: string): Membership => ({
  ...alone(self).membership,
  exclusive: false,
  nodes: () => nodes,
});

/** Of these nodes, those that do not hold back for a job. */
const firstFor = (nodes: readonly NodeInfo[], stream: string): readonly string[] =>
  nodes.filter(({ node: self }) => new Preference(membershipOf(nodes, self)).graceFor(item(stream)) === 0).map(({ node: name }) => name);

const three = ['a-018f3c2b9d11', 'b-018f3c2b9d12', 'c-018f3c2b9d13'].map((name) => node(name, 'work'));

describe('the preferred node', () => {
  it('is one, the same for all who ask, and each gets its share', () => {
    const preferred = streams.map((stream) => firstFor(three, stream));
    expect(preferred.every((names) => names.length === 1)).toBe(true);
    for (const { node: name } of three) {
      const share = preferred.filter(([first]) => first === name).length / streams.length;
      expect(share).toBeGreaterThan(0.25);
      expect(share).toBeLessThan(0.42);
    }
  });

  it('stays the same for the jobs of the others when a node goes', () => {
    const [gone, ...left] = three;
    for (const stream of streams) {
      const [before] = firstFor(three, stream);
      if (before !== gone?.node) expect(firstFor(left, stream)).toEqual([before]);
    }
  });

  it('is given time for its claim: the more, the longer claims take', () => {
    const [first, second] = three;
    if (!first || !second) throw new Error('no nodes');
    const preference = new Preference(membershipOf([first, second], first.node));
    const ofOther = item(streams.find((stream) => firstFor([first, second], stream)[0] === second.node) ?? '');
    const graceAfter = (times: number, claimMs: number): number => {
      for (let claim = 0; claim < times; claim++) preference.learn(claimMs);
      return preference.graceFor(ofOther);
    };
    expect(graceAfter(0, 0)).toBe(150);
    expect(graceAfter(100, 200)).toBe(600);
    expect(graceAfter(100, 60_000)).toBe(3_000);
    expect(graceAfter(100, 2)).toBe(150);
  });

  it('is one that has the handler; where none has it, nobody holds back', () => {
    const nodes = [node('a', 'other'), node('b', 'work'), node('c', 'other')];
    for (const stream of streams.slice(0, 50)) expect(firstFor(nodes, stream)).toEqual(['b']);
    expect(firstFor([node('a'), node('b')], 'acme/job')).toEqual(['a', 'b']);
  });
});

describe('a node that has more to do than it has room for', () => {
  const nodes = [node('n1', 'work'), node('n2', 'work')];
  const preferredBy = (name: string, count: number): readonly string[] =>
    Array.from({ length: 200 }, (_, i) => `job-${i}`)
      .filter((jobName) => firstFor(nodes, `default/${jobName}`)[0] === name)
      .slice(0, count);
  const [first, ...own] = preferredBy('n1', 21);
  const ofOther = preferredBy('n2', 3);

  /** What n1 starts, one after the other, when its only slot is busy for so long with what was due first. */
  const orderAfter = async (busyMs: number): Promise<readonly string[]> => {
    const order: string[] = [];
    const free = deferred<void>();
    const work = async (_: unknown, { jobName }: { readonly jobName: string }): Promise<void> => {
      order.push(jobName);
      if (jobName === first) await free.promise;
    };
    const storage = { ...sharedMemory(), membership: membershipOf(nodes, 'n1') };
    const limits = { concurrency: 1, jobTypes: {}, organizations: {}, weights: {} };
    const { runtime, jobs, clock } = await openNode({ storage, membership: storage.membership, handlersByName: { work }, limits });
    await runtime.start();
    const due = (jobNames: readonly string[], inMs: number) =>
      jobs.scheduleJobs(
        jobNames.map((jobName) => ({ jobName, jobType: 'work', schedule: { type: 'once', runAt: new Date(begin.getTime() + inMs) } })),
      );
    await due([first ?? ''], 1_000);
    await due(ofOther, 1_000);
    await due(own, 1_500);
    // Its own become due when the others' have waited for longer than their node has the first right to them.
    await clock.advance(1_000);
    await clock.advance(busyMs);
    free.resolve();
    await clock.advance(1_000);
    await runtime.stop(0);
    return order.slice(1);
  };

  it('starts its own first, then what the others have not come to', async () => {
    const order = await orderAfter(1_000);
    expect(order.slice(0, own.length).toSorted()).toEqual(own.toSorted());
    expect(order.slice(own.length).toSorted()).toEqual(ofOther.toSorted());
  });

  it('starts now and then one of those that have waited for long, whose node may be stuck', async () => {
    const order = await orderAfter(5_000);
    const places = ofOther.map((jobName) => order.indexOf(jobName)).toSorted((a, b) => a - b);
    expect(order).toHaveLength(own.length + ofOther.length);
    expect(places[0]).toBeLessThan(8);
    expect(places[1]).toBe((places[0] ?? 0) + 8);
  });
});
