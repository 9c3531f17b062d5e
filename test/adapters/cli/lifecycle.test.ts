import { afterAll, describe, expect, it } from 'vitest';
import { cliIn, everyMinute } from './cli.js';

const cli = cliIn('lifecycle');
afterAll(() => cli.remove());

const handlers = cli.file('handlers.mjs', 'export default { report: () => undefined };');
const report = { jobName: 'report', jobType: 'report', schedule: everyMinute };

describe('a job that has ended', () => {
  const ended = { ...report, jobName: 'ended' };
  const schedule = async (changes: object, ...flags: readonly string[]) =>
    (await cli.run('schedule', '-f', cli.file('ended.json', { ...ended, ...changes }), ...flags)).out;
  const both = async (changes: object, outcome: RegExp): Promise<void> => {
    expect(await schedule(changes, '--dry-run')).toMatch(outcome);
    expect(await schedule(changes)).toMatch(outcome);
  };

  it('is not resumed, and comes back when it is scheduled as enabled, or with another schedule', async () => {
    await schedule({});
    await cli.run('cancel', 'ended');
    expect(await cli.run('resume', 'ended')).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^error: job "ended" is cancelled, .* \(JOB_ENDED\)\n {2}Schedule it again with "enabled": true, or/),
    });
    await both({}, /unchanged {2}ended +- +\(still cancelled\)/);
    await both({ priority: 'low' }, /updated {2}ended +- +\(still cancelled\)/);
    expect(await cli.json('show', 'ended')).toMatchObject({ status: 'cancelled', priority: 'low' });
    await both({ priority: 'low', enabled: true }, /updated {2}ended +in 1 min/);
    await cli.run('cancel', 'ended');
    await both({ schedule: { type: 'recurring', cronExpression: '0 9 * * *' } }, /updated {2}ended +in 24 h/);
  });

  it('comes back for a single time that lies ahead, and for none that has passed', async () => {
    const single = { schedule: { type: 'once', runAt: new Date(cli.clock.now() + 60_000) } };
    await schedule(single);
    await cli.run('cancel', 'ended');
    await both({ ...single, enabled: true }, /updated {2}ended +in 1 min/);
    await cli.run('run', 'ended', '--handlers', handlers);
    await cli.run('cancel', 'ended');
    await cli.clock.advance(90_000);
    await both({ ...single, enabled: true }, /unchanged {2}ended +- +\(still cancelled\)/);
  });
});

describe('a job as it was', () => {
  it('is due at the very instant of its run, whatever it waits for later', async () => {
    const at = new Date(cli.clock.now() + 60_000);
    await cli.run('schedule', '-f', cli.file('due.json', { ...report, schedule: { type: 'once', runAt: at } }));
    expect((await cli.run('as-of', 'report', '--at', at.toISOString())).out).toMatch(/^ {2}next run +due$/m);
    await cli.clock.advance(60_000);
    expect((await cli.run('show', 'report')).out).toMatch(/^ {2}next run +due; waits for a service with its handler$/m);
  });

  it('is not known any more where its history was dropped', async () => {
    const made = new Date(cli.clock.now());
    const jobs = cli.file('kept.json', { ...report, jobName: 'kept', retention: { executions: 1, days: null } });
    const service = cli.start(['serve', '--jobs', jobs, '--handlers', handlers]);
    await service.out.shows('nexus-scheduler 1.2.3');
    await cli.clock.advance(110 * 60_000);
    service.signal('SIGTERM');
    await service.done;
    expect(await cli.run('as-of', 'kept', '--at', made.toISOString())).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^error: \S+ lies before the oldest history that retention has kept of this job \(HISTORY_DROPPED\)\n$/),
    });
  });
});
