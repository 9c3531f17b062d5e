import { afterAll, describe, expect, it } from 'vitest';
import { cliIn } from './cli.js';

const cli = cliIn('usage');
afterAll(() => cli.remove());

describe('the command line', () => {
  it.each([
    [[]],
    [['bogus']],
    [['list', '--bogus']],
    [['list', 'too', 'many']],
    [['show']],
    [['schedule']],
    [['list', '--limit', '0']],
    [['list', '--limit', 'many']],
    [['list', '--status', 'running,asleep']],
    [['events', '--type', 'Nothing']],
    [['explain', 'x']],
    [['explain', 'x', '--at', 'yesterday']],
    [['as-of', 'x', '--at', '2026-03-02T09:00:00']],
    [['as-of', 'x', '--at', '2026-02-30T09:00:00Z']],
    [['pause', 'x', '--until', '2026-03-02']],
    [['run', 'x', '--param', 'novalue']],
    [['run', 'x', '--param', '=1']],
    [['serve', '--drain', '-1']],
    [['next']],
    [['next', '--cron', '* * * * *', '--every', 'hour']],
    [['next', '--every', 'fortnight']],
    [['next', '--cron', '* * * * *', '--after', 'soon']],
    [['next', '--cron', '61 * * * *']],
    [['next', '--cron', '* * * * *', '--tz', 'Mars/X']],
    [['next', '--every', 'three days']],
    [['next', '--every', '0 days']],
    [['next', '--rrule', 'FREQ=SOMETIMES']],
    [['forecast', '--days', '40']],
    [['keys', 'create', '--name', '']],
    [['keys', 'create', '--name', 'x', '--org', 'a b']],
    [['list', '--data-dir', '']],
    [['schedule', '-f', '-', '--data-dir', '']],
    [['restore', 'x', '--to', '']],
    [['events', '--after', 'somewhere']],
    [['list', '--org', 'no such name']],
  ])('%j is refused with 2 and a message on stderr', async (argv) => {
    const { code, out, err } = await cli.run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(argv.length === 0 ? /^Usage: nexus-scheduler/ : /^error: /);
  });

  it.each([
    [['schedule', '-f', 'no-such-file.json']],
    [['serve', '--jobs', 'no-such-file.json']],
    [['diff', 'x', '-f', 'no-such-file.json']],
    [['serve', '--handlers', 'no-such-file.mjs']],
    [['run', 'x', '--handlers', 'no-such-file.mjs']],
    [['import', 'no-such-file.ndjson']],
    [['restore', 'no-such-file.tar.gz', '--verify']],
  ])('%j names a file that is not there, and is refused with 1', async (argv) => {
    const { code, out, err } = await cli.run(...argv);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^error: .*no-such-file/);
  });

  it.each(
    [[['serve']], [['handlers']], [['verify']], [['rebuild']], [['export']], [['import', 'x']]].concat([
      [['restore', 'x']],
      [['keys', 'list']],
      [['keys', 'create', '--name', 'x']],
      [['keys', 'revoke', 'x']],
    ]),
  )('%j asks no service', async (argv) => {
    const { code, out, err } = await cli.run(...argv, '--url', 'http://127.0.0.1:1');
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: `error: ${argv[0]} asks no service: leave --url out\n` });
  });

  it('names the option that is wrong', async () => {
    expect((await cli.run('list', '--data-dir', '')).err).toMatch(
      /^error: option '--data-dir <directory>' argument '' is invalid\. Give the name/,
    );
    expect((await cli.run('keys', 'create', '--name', '')).err).toBe('error: an argument is not valid\n  --name: must not be empty\n');
  });

  it('answers what it is and what it can', async () => {
    expect(await cli.run('--version')).toEqual({ code: 0, out: '1.2.3\n', err: '' });
    const help = await cli.run('--help');
    expect(help).toMatchObject({ code: 0, err: '' });
    for (const command of ['serve', 'schedule', 'list', 'show', 'run', 'pause', 'resume', 'cancel', 'delete', 'history', 'stats', 'next'])
      expect(help.out).toContain(`  ${command} `);
    const list = await cli.run('list', '--help');
    expect(list.out).toContain('--status <status>');
    expect(list.out).toContain('--json');
  });

  it('keeps its help within the terminal', async () => {
    for (const command of [[], ['serve'], ['run'], ['events'], ['next']])
      for (const line of (await cli.runIn({ columns: 80 }, ...command, '--help')).out.split('\n'))
        expect(line.length).toBeLessThanOrEqual(80);
  });

  it('says errors as JSON too', async () => {
    const { code, out, err } = await cli.run('show', 'no such name', '--json');
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'INVALID_JOB', issues: [{ path: 'jobName' }] } });
  });
});

describe('where nothing is stored', () => {
  it('reading finds nothing, and leaves nothing behind', async () => {
    expect(await cli.run('list')).toMatchObject({ code: 0, out: '' });
    expect((await cli.run('list')).err).toContain('No jobs in organization default');
    expect(await cli.json('list')).toEqual([]);
    expect(await cli.run('events')).toEqual({ code: 0, out: '', err: '' });
    expect(await cli.json('verify')).toMatchObject({ ok: true, commits: 0 });
    expect((await cli.run('show', 'heartbeat')).err).toMatch(/^error: there is no job "heartbeat" .*\(JOB_NOT_FOUND\)\n {2}`nexus/);
    expect(await cli.run('events', '--follow')).toMatchObject({ code: 1, err: expect.stringContaining('(STORE_UNAVAILABLE)') });
  });
});

describe('next', () => {
  it('needs no store', async () => {
    expect(await cli.json('next', '--cron', '0 9 * * 1', '--count', '2')).toEqual(['2026-03-09T09:00:00.000Z', '2026-03-16T09:00:00.000Z']);
    expect(await cli.json('next', '--every', '2 hours', '--count', '1')).toEqual(['2026-03-02T11:00:00.000Z']);
    expect(await cli.json('next', '--every', 'day', '--count', '1')).toEqual(['2026-03-03T09:00:00.000Z']);
    // The same wherever it is asked.
    expect(await cli.json('--url', 'http://127.0.0.1:1', 'next', '--every', 'day', '--count', '1')).toEqual(['2026-03-03T09:00:00.000Z']);
    expect(await cli.json('next', '--every', '90s', '--count', '1')).toEqual(['2026-03-02T09:01:30.000Z']);
    expect(await cli.json('next', '--rrule', 'FREQ=MONTHLY;BYMONTHDAY=-1', '--count', '1')).toEqual(['2026-03-31T09:00:00.000Z']);
    expect(await cli.json('next', '--cron', '0 0 1 1 *', '--after', '2030-06-01T00:00:00+02:00', '--count', '1')).toEqual([
      '2031-01-01T00:00:00.000Z',
    ]);
  });

  it.each(['2030-06-01T00:00+02:00', '2030-06-01T00:00:00+0200', '2030-06-01T00:00:00+02', '2030-05-31T22:00:00,000Z'])(
    'begins after %s, as the library reads it',
    async (after) => {
      expect(await cli.json('next', '--every', 'day', '--after', after, '--count', '1')).toEqual(['2030-06-01T22:00:00.000Z']);
    },
  );

  it('shows the clocks of another zone', async () => {
    const { out } = await cli.run('next', '--cron', '30 9 * * *', '--tz', 'Europe/Berlin', '--count', '1');
    expect(out).toMatch(/2026-03-03T08:30:00Z +Tue 2026-03-03 09:30:00 CET +in 24 h/);
  });

  it('names what is wrong with a schedule', async () => {
    const { code, err } = await cli.run('next', '--cron', '99 * * * *', '--tz', 'Mars/Base');
    expect(code).toBe(2);
    expect(err).toMatch(/^error: the schedule is not valid$/m);
    expect(err).toMatch(/^ {2}--cron: /m);
    expect(err).toMatch(/^ {2}--tz: /m);
  });
});
