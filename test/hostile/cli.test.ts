import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { cliIn, type Ran } from '../adapters/cli/cli.js';
import { oddities } from './odd.js';

// Whatever is typed, or stands in a file: an answer, or an error that is one of ours and fits its line.

const cli = cliIn('hostile');
afterAll(() => cli.remove());

const texts = oddities.filter((value): value is string => typeof value === 'string' && !value.includes('\0') && value.length < 100_000);
const commands = [
  'list',
  'show',
  'history',
  'stats',
  'next',
  'explain',
  'as-of',
  'pause',
  'resume',
  'cancel',
  'delete',
  'backfill',
  'events',
  'export',
];
const flags = [
  '--json',
  '--limit',
  '--status',
  '--organization',
  '--note',
  '--from',
  '--to',
  '--yes',
  '--type',
  '--after',
  '--count',
  '--',
];
const word = fc.oneof(fc.constantFrom(...texts), fc.constantFrom(...flags), fc.string({ maxLength: 12 }));

const isOurs = ({ code, out, err }: Ran): void => {
  expect([0, 1, 2]).toContain(code);
  expect(`${out}${err}`).not.toContain('UNEXPECTED');
  expect(err).not.toMatch(/\n\s+at .*:\d+:\d+/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
  expect(err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/);
};

describe('whatever is', () => {
  it('typed, the command line answers it', async () => {
    const argv = fc.tuple(fc.constantFrom(...commands), fc.array(word, { maxLength: 3 })).map(([command, rest]) => [command, ...rest]);
    await fc.assert(
      fc.asyncProperty(argv, async (given) => isOurs(await cli.run(...given.filter((one) => one !== '--follow')))),
      { seed: 20260302, numRuns: 12 },
    );
    expect(await cli.run('verify')).toMatchObject({ code: 0 });
  }, 60_000);

  it('in a file of jobs, it is scheduled or refused', async () => {
    const job = { jobName: 'one', jobType: 'work', schedule: { type: 'recurring', cronExpression: '0 9 * * *' } };
    const content = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.jsonValue().map((value) => JSON.stringify({ jobs: [{ ...job, parameters: value }] })),
      fc
        .tuple(fc.constantFrom('jobName', 'jobType', 'schedule', 'priority', 'tags', 'notify', 'handler', '__proto__'), fc.jsonValue())
        .map(([field, value]) => `{"jobs":[${JSON.stringify(job).slice(0, -1)},${JSON.stringify(field)}:${JSON.stringify(value)}}]}`),
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom('['.repeat(10_000), `{"jobs":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, '\ufeff[]', '{"jobs":{"length":1e9}}'),
    );
    const file = path.join(cli.directory, 'hostile.json');
    await fc.assert(
      fc.asyncProperty(content, async (text) => {
        writeFileSync(file, text);
        isOurs(await cli.run('schedule', '-f', file));
      }),
      { seed: 20260302, numRuns: 12 },
    );
    expect(await cli.run('verify')).toMatchObject({ code: 0 });
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
  }, 60_000);
});
