import { expect, it } from 'vitest';
import { z } from 'zod';
import { issuesOf } from '../../../src/adapters/input/issues.js';

const schema = z.strictObject({
  text: z.string().min(1),
  empty: z.string().min(1),
  count: z.int(),
  flag: z.boolean(),
  list: z.array(z.string()),
  record: z.record(z.string(), z.number()),
  own: z.string({ error: 'must be our own words' }),
  either: z.union([z.literal(false), z.strictObject({ days: z.number(), weeks: z.number().optional() })], {
    error: 'must be false or { days }',
  }),
});
const words = { misspelled: 'is not known', whole: 'thing' };
const said = (given: unknown) =>
  Object.fromEntries(
    (schema.safeParse(given).error?.issues ?? []).flatMap((issue) => issuesOf(issue, words)).map(({ path, message }) => [path, message]),
  );

it('says what is wrong in plain words, at its path', () => {
  expect(
    said({ empty: '', count: 'x', flag: 1, list: ['a', 5], record: [], own: 5, either: { days: 'x', week: 1 }, colour: 'red' }),
  ).toEqual({
    text: 'is missing: it must be a text',
    empty: 'must not be empty',
    count: 'must be a number',
    flag: 'must be true or false',
    'list.1': 'must be a text',
    record: 'must be an object',
    own: 'must be our own words',
    'either.days': 'must be a number',
    'either.week': 'is not known: either must be false or { days }',
    colour: 'is not known',
  });
  expect(said(5)).toEqual({ thing: 'must be an object' });
  expect(said({ either: 5 })).toMatchObject({ either: 'must be false or { days }', list: 'is missing: it must be a list' });
});
