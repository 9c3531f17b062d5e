import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { hourly, time } from '../../application/opened.js';
import { keyOf, openService, type Service } from '../http/service.js';
import { cliIn } from './cli.js';

const cli = cliIn('url');
afterAll(() => cli.remove());

const { key, entry } = keyOf('admin', 'acme', 'ann');
const reader = keyOf('read', 'acme');
const jobs = cli.file('jobs.json', [
  { jobName: 'report', jobType: 'pdf', schedule: hourly },
  { jobName: 'wrong', jobType: 'pdf', schedule: { type: 'recurring', cronExpression: 'x' } },
]);
const denser = cli.file('denser.json', { jobType: 'pdf', schedule: { type: 'recurring', cronExpression: '*/30 * * * *' } });

let service: Service;
beforeEach(async () => {
  const handlers = { pdf: (parameters: unknown) => ({ pages: Object(parameters).pages ?? 1 }) };
  service = await openService({ keys: [entry, reader.entry], handlers });
});
const run = (...argv: readonly string[]) => cli.runIn({ key }, ...argv, '--url', service.url);
const json = async (...argv: readonly string[]) => JSON.parse((await run(...argv, '--json')).out);

describe('commands with --url', () => {
  it('work on the jobs of the service, in the organization of the key', async () => {
    const scheduled = await run('schedule', '-f', jobs);
    expect(scheduled.code).toBe(1);
    expect(scheduled.out).toContain('created');
    expect(scheduled.err).toContain('jobs[1] wrong: the schedule is not valid (INVALID_SCHEDULE)');
    expect((await service.scheduler.forOrganization('acme').getJob('report')).jobName).toBe('report');
    expect((await run('list')).out).toContain('report');
    expect((await run('show', 'report')).out).toContain('cron 0 * * * *');
    expect((await run('pause', 'report', '--note', 'sick')).out).toContain('report is paused');
    expect((await run('resume', 'report')).out).toContain('report is scheduled; next run');
    expect(await json('run', 'report', '--param', 'pages=3')).toMatchObject({ status: 'completed', result: { pages: 3 } });
    expect((await run('run', 'report')).out).toContain('report completed');
    expect((await run('run', 'report', '--no-wait')).out).toContain('report is queued as');
    expect(await json('history', 'report', '--limit', '1')).toMatchObject([{ trigger: 'manual', status: 'completed' }]);
    expect((await run('stats', 'report')).out).toContain('completed');
    expect((await run('backfill', 'report', '--from', '2026-03-02T06:30:00Z', '--to', '2026-03-02T07:30:00Z')).out).toContain(
      '(2026-03-02T07:00:00Z)',
    );
    expect((await run('explain', 'report', '--at', '2026-03-02T07:00:00Z')).code).toBe(0);
    expect(await json('as-of', 'report', '--at', time('08:30').toISOString())).toMatchObject({ jobName: 'report' });
    expect((await run('events', '--type', 'JobScheduled')).out).toContain('acme/report');
    expect((await run('diff', 'report', '-f', denser, '--days', '1')).out).toContain('0 fewer, 24 more');
    expect((await run('forecast', '--days', '1')).out).toContain('24 runs of 1 jobs');
    expect((await run('cancel', 'report')).out).toContain('report is cancelled');
    expect((await run('delete', 'report', '--yes')).out).toContain('are deleted');
    const gone = await run('show', 'report');
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('there is no job "report" in this organization (JOB_NOT_FOUND)')]);
  });

  it('try a file without doing anything', async () => {
    const once = { jobName: 'once', jobType: 'pdf', schedule: { type: 'once', runAt: '2030-01-01T00:00:00Z' } };
    const file = cli.file('once.json', once);
    const later = cli.file('later.json', { ...once, schedule: { type: 'once', runAt: '2031-01-01T00:00:00Z' } });
    const outcomeOf = async (...argv: readonly string[]) => (await json('schedule', '-f', ...argv))[0].outcome;
    expect(await outcomeOf(file)).toBe('created');
    expect([await outcomeOf(file, '--dry-run'), await outcomeOf(file)]).toEqual(['unchanged', 'unchanged']);
    expect([await outcomeOf(later, '--dry-run'), await outcomeOf(later)]).toEqual(['updated', 'updated']);
  });

  it('print with --json what the library returns', async () => {
    await service.scheduler.forOrganization('acme').scheduleJob({ jobName: 'report', jobType: 'pdf', schedule: hourly });
    expect(await json('show', 'report')).toEqual(
      JSON.parse(JSON.stringify(await service.scheduler.forOrganization('acme').getJob('report'))),
    );
    const { items } = (await service.call('GET', '/api/v1/events', { key })).body;
    const { out } = await run('events', '--json');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(items);
  });

  it('follow the events of the service as they come', async () => {
    const following = cli.start(['events', '--follow', '--url', service.url], { key });
    await service.scheduler.forOrganization('acme').scheduleJob({ jobName: 'report', jobType: 'pdf', schedule: hourly });
    await following.out.shows('acme/report');
    await service.scheduler.forOrganization('acme').toggleJob('report', false);
    await following.out.shows('paused');
    following.signal('SIGINT');
    expect((await following.done).code).toBe(0);
  });

  it('say what is wrong with the key, the address or the request', async () => {
    const refused = await cli.runIn({ key: reader.key }, 'pause', 'report', '--url', service.url);
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('this needs a key of scope "operate"')]);
    const without = await cli.run('list', '--url', service.url);
    expect([without.code, without.err]).toEqual([1, expect.stringContaining('SCHEDULER_API_KEY')]);
    const nobody = await cli.runIn({ key }, 'list', '--url', 'http://127.0.0.1:1');
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('no service answers at http://127.0.0.1:1')]);
    const odd = await cli.runIn({ key }, 'list', '--url', 'ftp://x');
    expect([odd.code, odd.err]).toEqual([2, expect.stringContaining('must be the address of a service')]);
  });

  it('doctor says whether the service is ready, and which nodes there are', async () => {
    const { code, out } = await run('doctor', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      healthy: true,
      findings: [{ what: 'program' }, { what: 'service', state: 'good' }, {}, { what: 'nodes' }],
    });
    const away = await cli.runIn({ key }, 'doctor', '--url', 'http://127.0.0.1:1');
    expect([away.code, away.out]).toEqual([1, expect.stringContaining('no service answers')]);
  });
});
