import type { Outcome } from './simulate.js';

/** So many at a time, so that what fails is named early. */
const together = 100;

/** Where each hundred of these seeds begins. */
export const hundreds = (seeds: number): readonly number[] =>
  Array.from({ length: Math.ceil(seeds / together) }, (_, i) => 1 + i * together);

/** What is broken in the worlds of a hundred seeds. */
export const brokenFrom = async (from: number, world: (seed: number) => Promise<Outcome>): Promise<readonly string[]> => {
  const broken: string[] = [];
  for (let seed = from; seed < from + together; seed++)
    for (const { invariant, what, at } of (await world(seed)).violations) broken.push(`seed ${seed}, ${at} ms: ${invariant} ${what}`);
  return broken;
};
