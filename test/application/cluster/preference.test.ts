import { describe, expect, it } from 'vitest';
import { alone } from '../../../src/application/cluster/alone.js';
import { Preference } from '../../../src/application/dispatch/preference.js';
import type { Membership, NodeInfo } from '../../../src/application/ports/membership.js';
import type { WorkItem } from '../../../src/application/ports/readModels.js';
import { instant } from '../../../src/domain/instant.js';

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
