import { expect, it } from 'vitest';
import { Allowance } from '../../../src/adapters/runner/allowance.js';
import { limitOutput } from '../../../src/adapters/runner/output.js';

const opened = (bytes: number) => {
  const written: string[] = [];
  const stream = { write: (chunk: string) => written.push(chunk) > 0 } as unknown as NodeJS.WriteStream;
  const allowance = Allowance.of(bytes);
  limitOutput(stream, allowance);
  return { stream, allowance, written };
};

it('what is printed faster than it is taken away is left out, which is said as soon as there is room', () => {
  const { stream, allowance, written } = opened(10);
  for (let line = 0; line < 100; line++) stream.write(`line ${line % 10}`);
  expect(written).toEqual(['line 0', 'line 1']);
  allowance.give(12);
  stream.write('more');
  expect(written.slice(2)).toEqual(['[about 588 bytes of a handler came too fast, and are left out here]\n', 'more']);
});

it('a text of any length is printed while there is room', () => {
  const { stream, written } = opened(1);
  stream.write('x'.repeat(100_000));
  expect(written.map(({ length }) => length)).toEqual([100_000]);
});

it('whoever waits for a line that is left out is answered, also where that writes the next one', async () => {
  const { stream } = opened(0);
  let left = 50_000;
  await new Promise<void>((resolve) => {
    const next = (): void => void (left-- > 0 ? stream.write('x', next) : resolve());
    next();
  });
  expect(left).toBe(-1);
});
