import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliIn } from './cli.js';

const cli = cliIn('plans');
afterAll(() => cli.remove());
const hourly = { type: 'recurring', cronExpression: '0 * * * *' };
const jobs = cli.file('jobs.json', [
  { jobName: 'a', jobType: 'pdf', schedule: hourly },
  { jobName: 'b', jobType: 'pdf', schedule: hourly },
]);
const rarer = cli.file('rarer.json', { jobType: 'pdf', schedule: { type: 'recurring', cronExpression: '30 12 * * *' } });
beforeAll(async () => {
  await cli.run('schedule', '-f', jobs);
});

describe('diff', () => {
  it('shows which runs a change takes away and adds', async () => {
    const { code, out } = await cli.run('diff', 'a', '-f', rarer, '--days', '1');
    expect(code).toBe(0);
    expect(out).toContain('a would be updated\n  changes   schedule');
    expect(out).toContain('24 fewer, 1 more, 0 at another time, 0 as before');
    expect(out).toContain('  - 2026-03-02T10:00:00Z');
    expect(out).toContain('  - and 14 more');
    expect(out).toContain('  + 2026-03-02T12:30:00Z');
    expect(await cli.json('show', 'a')).toMatchObject({ version: 1 });
  });

  it('takes one job, of the name that is given', async () => {
    expect(await cli.run('diff', 'a', '-f', jobs)).toMatchObject({ code: 1, err: expect.stringContaining('a file with one job') });
    const other = cli.file('other.json', { jobName: 'other', jobType: 'pdf', schedule: hourly });
    expect(await cli.run('diff', 'a', '-f', other)).toMatchObject({ code: 1, err: expect.stringContaining('another name: other') });
    const wrong = cli.file('wrong.json', { jobType: 'pdf', schedule: { type: 'recurring', cronExpression: 'x' } });
    expect(await cli.run('diff', 'a', '-f', wrong)).toMatchObject({ code: 1, err: expect.stringContaining('schedule.cronExpression') });
  });
});

describe('forecast', () => {
  it('shows what is to come, and when the most of it', async () => {
    const { code, out } = await cli.run('forecast', '--days', '1');
    expect(code).toBe(0);
    expect(out).toContain('48 runs of 2 jobs');
    expect(out).toContain('at most 2 of 50, at 2026-03-02T10:00:00Z');
    expect(out).toMatch(/MINUTE +STARTS +AT ONCE +WAIT +JOBS\n2026-03-02T10:00:00Z +2 +2 +0 +a, b/);
    expect(out).toContain('1 s for 2 jobs that have not run yet');
    expect(await cli.run('forecast', '--days', '32')).toMatchObject({ code: 2, err: expect.stringContaining('from 1 to 31') });
  });
});
