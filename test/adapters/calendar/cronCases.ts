import fc from 'fast-check';

type FieldCase = { readonly text: string; readonly open: boolean; readonly has: (value: number) => boolean };
/** An expression, and what its fields mean as sets written down by the generator, not by a parser. */
export type CronCase = {
  readonly minute: FieldCase;
  readonly hour: FieldCase;
  readonly day: FieldCase;
  readonly month: FieldCase;
  readonly weekday: FieldCase;
};
export const textOf = ({ minute, hour, day, month, weekday }: CronCase): string =>
  [minute, hour, day, month, weekday].map((field) => field.text).join(' ');

const star: FieldCase = { text: '*', open: true, has: () => true };
const list = (min: number, max: number, most: number): fc.Arbitrary<FieldCase> =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: most }).map((values) => ({
    text: values.join(','),
    open: false,
    has: (value) => values.includes(value),
  }));
const range = (min: number, max: number): fc.Arbitrary<FieldCase> =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }), fc.integer({ min: 1, max: 5 })).map(([a, b, step]) => {
    const [from, to] = [Math.min(a, b), Math.max(a, b)];
    return { text: `${from}-${to}/${step}`, open: false, has: (value) => value >= from && value <= to && (value - from) % step === 0 };
  });
const steps = (min: number, most: number): fc.Arbitrary<FieldCase> =>
  fc.integer({ min: 1, max: most }).map((step) => ({ text: `*/${step}`, open: false, has: (value) => (value - min) % step === 0 }));

/** Dense enough that five days hold some occurrences, and that changes of clocks are met. */
export const cronCases: fc.Arbitrary<CronCase> = fc.record({
  minute: fc.oneof(list(0, 59, 4), steps(0, 60), range(0, 59)),
  hour: fc.oneof(fc.constant(star), list(0, 4, 3), list(0, 23, 4), steps(0, 24), range(0, 23)),
  day: fc.oneof({ weight: 3, arbitrary: fc.constant(star) }, list(1, 31, 8), range(1, 31), steps(1, 31)),
  month: fc.oneof({ weight: 6, arbitrary: fc.constant(star) }, range(1, 12)),
  weekday: fc.oneof({ weight: 3, arbitrary: fc.constant(star) }, list(0, 6, 3), range(0, 6)),
});
