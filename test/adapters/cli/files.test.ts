import { afterAll, describe, expect, it } from 'vitest';
import { cliIn, everyMinute } from './cli.js';

const cli = cliIn('files');
afterAll(() => cli.remove());

const job = { jobName: 'a', jobType: 'x', schedule: everyMinute };

describe('a jobs file', () => {
  it.each([
    ['one job', job, 1],
    ['an array', [job, { ...job, jobName: 'b' }], 2],
    ['an object with jobs', { jobs: [job] }, 1],
    ['a byte order mark', `\ufeff${JSON.stringify(job)}`, 1],
  ])('may hold %s', async (_, content, count) => {
    expect(await cli.json('schedule', '--dry-run', '-f', cli.file('jobs.json', content))).toHaveLength(count);
  });

  it.each([
    ['no JSON', '{\n  "jobName": "a",\n}', /^error: \S+ is no JSON: .*line 3.*\(INVALID_FILE\)$/m],
    ['nothing', '', /^error: \S+ is no JSON: .*\(INVALID_FILE\)$/m],
    ['no job', [], /^error: \S+ holds no jobs/],
    ['a number', 5, /^error: \S+ must hold a job, an array of jobs, or/],
    ['jobs that are none', { jobs: 'all' }, /^error: \S+ must hold a job/],
    [
      'a name twice',
      [job, { ...job, jobType: 'y' }],
      /^error: \S+ names a job twice \(INVALID_FILE\)\n {2}jobs\[1\]\.jobName: "a" is the name of jobs\[0\] too$/m,
    ],
  ])('is refused with %s in it', async (_, content, message) => {
    const { code, out, err } = await cli.run('schedule', '-f', cli.file('jobs.json', content));
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(message);
  });

  it('may name a job in two organizations', async () => {
    const file = cli.file('jobs.json', [job, { ...job, organization: 'other' }]);
    expect(await cli.json('schedule', '--dry-run', '-f', file)).toHaveLength(2);
  });

  it('cannot make a field of its prototype', async () => {
    const file = cli.file('jobs.json', `{ "__proto__": 1, "constructor": 2, ${JSON.stringify(job).slice(1)}`);
    expect((await cli.run('schedule', '-f', file)).err).toMatch(/^ {2}constructor: /m);
  });
});

describe('a handlers file', () => {
  it.each([
    ['no module', 'export default {', /^error: the handlers file \S+ cannot be loaded: \w+: .*\(INVALID_FILE\)$/m],
    ['an error', 'throw new Error("at home");', /cannot be loaded: Error: at home/],
    ['an import that is not there', 'import "nowhere";', /cannot be loaded: Error: Cannot find package 'nowhere'/],
    ['no default export', 'export const ping = () => {};', /the default export of \S+ must be an object such as/],
    ['an array', 'export default [() => {}];', /the default export of \S+ must be an object such as/],
    [
      'entries that are no handlers',
      'export default { fine() {}, a: 5, b: { concurrency: 1 }, c: { handler() {}, concurrency: 0 } };',
      /entries that are no handlers \(INVALID_FILE\)\n {2}a: must be a function.*\n {2}b: needs a function.*\n {2}c: its concurrency must be/,
    ],
  ])('is refused with %s in it', async (name, content, message) => {
    const file = cli.file(`${name.replaceAll(' ', '-')}.mjs`, content);
    for (const command of [['serve'], ['run', 'a']]) {
      const { code, out, err } = await cli.run(...command, '--handlers', file);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(message);
    }
  });

  it('may name modules for worker threads, seen from where it is', async () => {
    cli.file('isolated.mjs', "import { isMainThread } from 'node:worker_threads';\nexport default () => ({ isMainThread });");
    const file = cli.file('paths.mjs', "export default { x: './isolated.mjs' };");
    await cli.run('schedule', '-f', cli.file('jobs.json', { ...job, isolation: 'worker' }));
    expect(await cli.json('run', 'a', '--handlers', file)).toMatchObject({ status: 'completed', result: { isMainThread: false } });
  });
});
