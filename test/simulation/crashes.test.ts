import { describe, expect, it } from 'vitest';
import { type CrashPoint, moments, play } from './crashPoints.js';
import { Random } from './random.js';
import { scenarios } from './scenarios.js';

/** Of every so many points of a scenario one is tried here, and all of them by `npm run proof`. */
const everyNth = 12;
const doubles = 3;

const named = scenarios.map((scenario, i) => [scenario.name, scenario, i] as const);
const describePoint = ({ call, moment }: CrashPoint): string => `${moment} of call ${call}`;

describe('a process that dies at any call', () => {
  it.each(named)(
    'has lost nothing when it is back: %s',
    async (_, scenario, i) => {
      const { calls, violations } = await play(scenario, 1, []);
      expect(violations).toEqual([]);
      const broken: string[] = [];
      const random = new Random(i);
      const tried: CrashPoint[][] = [];
      for (let call = 1 + (i % everyNth); call <= calls; call += everyNth) for (const moment of moments) tried.push([{ call, moment }]);
      // The second of two strikes while the first is made up for.
      for (let n = 0; n < doubles; n++)
        tried.push([
          { call: random.between(1, calls), moment: random.pick(moments) },
          { call: random.between(1, 15), moment: random.pick(moments) },
        ]);
      for (const points of tried) {
        const crashed = await play(scenario, 1, points);
        for (const { invariant, what } of crashed.violations) broken.push(`${points.map(describePoint).join(', ')}: ${invariant} ${what}`);
      }
      expect(broken).toEqual([]);
    },
    600_000,
  );
});
