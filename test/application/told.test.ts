import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Committed } from '../../src/application/commits.js';
import { blankRow } from '../../src/application/projections/project.js';
import { Told } from '../../src/application/subscribers/notifications/told.js';
import { at } from '../contracts/samples.js';

const committed = (position: number): Committed => ({
  commit: { commitId: `c-${position}`, stream: 'acme/job', version: position, partition: 0, position, at: at(0), events: [] },
  row: blankRow('acme/job', at(0)),
  executions: [],
  origin: 'here',
});

const taken = (told: Told): number[] => {
  const positions: number[] = [];
  for (let next = told.next(); next; next = told.next()) {
    positions.push(next.commit.position);
    told.done();
  }
  return positions;
};

it('hands out what matters in the order of the log, whatever the order in which it was told', () => {
  const log = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(log, fc.infiniteStream(fc.nat()), fc.nat({ max: 5 }), (matters, random, start) => {
      const told = new Told(start);
      const order = matters.map((_, i) => start + i + 1).sort(() => (random.next().value % 3) - 1);
      const seen: number[] = [];
      const sofar = new Set<number>();
      for (const position of order) {
        told.note(committed(position), matters[position - start - 1] ?? false);
        sofar.add(position);
        let complete = start;
        while (sofar.has(complete + 1)) complete++;
        expect(told.upTo).toBe(complete);
        seen.push(...taken(told));
      }
      expect(seen).toEqual(matters.flatMap((matter, i) => (matter ? [start + i + 1] : [])));
    }),
  );
});

it('notices a gap that stays, and is well again once the log was read', () => {
  const told = new Told(10);
  told.note(committed(12), true);
  expect(taken(told)).toEqual([]);
  expect([1, 2, 3].map(() => told.isIncomplete(2))).toEqual([false, false, true]);
  told.skipTo(12);
  told.note(committed(13), true);
  expect(taken(told)).toEqual([13]);
  expect(told.isIncomplete(0)).toBe(false);
});

it('does not keep more than fits', () => {
  const told = new Told(0);
  for (let position = 2; position < 20_000; position++) told.note(committed(position), true);
  expect(told.isIncomplete(100)).toBe(true);
});
