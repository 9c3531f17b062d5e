import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliIn, everyMinute, monday } from './cli.js';

const cli = cliIn('commands');
afterAll(() => cli.remove());

const handlers = cli.file(
  'handlers.mjs',
  `export default {
     report: (parameters, { attempt, log }) => {
       log.info('attempt ' + attempt);
       if (parameters.fail) throw new Error('no paper\\u001b[31m\\nleft');
       return { ...parameters, attempt };
     },
     daily: { concurrency: 2, handler: () => ({ success: false, message: 'never works' }) },
   };`,
);
const report = { jobName: 'report', jobType: 'report', schedule: everyMinute, parameters: { format: 'pdf' }, tags: ['paper'] };
const daily = { jobName: 'daily', jobType: 'custom', schedule: { type: 'recurring', cronExpression: '0 9 * * *' }, maxAttempts: 1 };
const jobs = cli.file('jobs.json', { jobs: [report, daily] });

describe('schedule', () => {
  it('tries without doing', async () => {
    const { code, out, err } = await cli.run('schedule', '-f', jobs, '--dry-run');
    expect(code).toBe(0);
    expect(out).toMatch(/^created {2}report {2}in 1 min {2}2026-03-02T09:01:00Z$/m);
    expect(err).toContain('dry run');
    expect(await cli.json('list')).toEqual([]);
  });

  it('creates, then updates what differs', async () => {
    expect(await cli.json('schedule', '-f', jobs)).toMatchObject([
      { outcome: 'created', jobName: 'report', created: true, version: 1, nextRunAt: '2026-03-02T09:01:00.000Z' },
      { outcome: 'created', jobName: 'daily', nextRunAt: '2026-03-03T09:00:00.000Z' },
    ]);
    const changed = cli.file('changed.json', [report, { ...daily, maxAttempts: 2 }]);
    for (const [flags, twice] of [[['--dry-run'], 'updated'] as const, [[], 'updated'] as const, [[], 'unchanged'] as const])
      expect(await cli.json('schedule', '-f', changed, ...flags)).toMatchObject([{ outcome: 'unchanged' }, { outcome: twice }]);
    expect((await cli.json('schedule', '-f', jobs))[1]).toMatchObject({ outcome: 'updated', version: 3 });
  });

  it('takes one job from standard input', async () => {
    const once = { jobName: 'once', jobType: 'report', schedule: { type: 'once', runAt: '2026-03-02T09:00:30Z' } };
    const stdin = JSON.stringify(once);
    expect(await cli.runIn({ stdin }, 'schedule', '-f', '-', '--org', 'past')).toMatchObject({
      code: 0,
      out: expect.stringContaining('created  once'),
    });
    await cli.clock.advance(90_000);
    // Its time has passed; the same definition is no news all the same.
    for (const flags of [[], ['--dry-run']])
      expect((await cli.runIn({ stdin }, 'schedule', '-f', '-', '--org', 'past', ...flags)).out).toContain('unchanged  once');
  });

  it('names everything that is wrong with every job, and schedules the others', async () => {
    const wrong = [
      { ...report, maxAttempts: 'three', schedule: { type: 'recurring', interval: { value: 0, unit: 'fortnight' } } },
      { ...daily, description: 'renewed' },
      { jobName: 'no\u001b[31mname', jobType: 'x', schedule: { type: 'once', runAt: '2020-01-01T00:00:00Z' }, colour: 'red' },
      5,
      null,
    ];
    const file = cli.file('wrong.json', wrong);
    for (const flags of [['--dry-run'], []]) {
      const { code, out, err } = await cli.run('schedule', '-f', file, ...flags);
      expect(code).toBe(1);
      expect(out).toMatch(/^updated +daily /m);
      expect(err).toMatch(
        /^error: jobs\[0\] report: .*\(INVALID_JOB\)\n {2}maxAttempts: .*\n {2}schedule\.interval\.unit: .*\n {2}schedule\.interval\.value: /m,
      );
      expect(err).toMatch(/^error: jobs\[2\] no\\u001b\[31mname: /m);
      for (const path of ['jobName', 'colour']) expect(err).toContain(`\n  ${path}: `);
      expect(err).toMatch(/^error: jobs\[3\] \(no name\): /m);
      expect(`${out}${err}`).not.toContain('\u001b');
    }
    expect(await cli.json('schedule', '-f', file)).toMatchObject([
      {
        outcome: 'refused',
        index: 0,
        jobName: 'report',
        error: { code: 'INVALID_JOB', issues: expect.arrayContaining([expect.objectContaining({ path: 'maxAttempts' })]) },
      },
      { outcome: 'unchanged' },
      { outcome: 'refused', index: 2 },
      { outcome: 'refused', index: 3 },
      { outcome: 'refused', index: 4 },
    ]);
    await cli.run('schedule', '-f', jobs);
  });

  it('schedules in the organization a job names', async () => {
    const file = cli.file('other.json', { ...report, organization: 'other' });
    expect((await cli.json('schedule', '-f', file))[0]).toMatchObject({ outcome: 'created', organization: 'other' });
    expect((await cli.json('schedule', '-f', file))[0]).toMatchObject({ outcome: 'unchanged' });
    expect(await cli.json('list', '--org', 'other')).toMatchObject([{ jobName: 'report', organization: 'other' }]);
  });
});

describe('list', () => {
  it('shows the jobs and filters them', async () => {
    const { out } = await cli.runIn({ columns: 80, color: 'never' }, 'list');
    expect(out).toMatch(/^JOB +STATUS +NEXT RUN +LAST RUN +SCHEDULE +TYPE$/m);
    expect(out).toMatch(/^daily +scheduled +in 24 h +never +cron 0 9 \* \* \* +custom$/m);
    const names = async (...filter: string[]): Promise<string[]> =>
      (await cli.json('list', ...filter)).map(({ jobName }: { jobName: string }) => jobName);
    expect(await names()).toEqual(['daily', 'report']);
    expect(await names('--type', 'custom')).toEqual(['daily']);
    expect(await names('--tag', 'paper')).toEqual(['report']);
    expect(await names('--search', 'POR')).toEqual(['report']);
    expect(await names('--status', 'paused,failed')).toEqual([]);
    expect((await cli.run('list', '--status', 'paused')).err).toBe('No job matches.\n');
  });

  it('goes page by page', async () => {
    const first = await cli.run('list', '--limit', '1', '--json');
    expect(JSON.parse(first.out)).toMatchObject([{ jobName: 'daily' }]);
    expect(first.err).toContain('--cursor daily');
    const second = await cli.run('list', '--limit', '1', '--cursor', 'daily', '--json');
    expect(JSON.parse(second.out)).toMatchObject([{ jobName: 'report' }]);
    expect(second.err).toBe('');
  });

  it('is coloured on a terminal that wants it, and nowhere else', async () => {
    expect((await cli.runIn({ columns: 80 }, 'list')).out).toContain('\u001b[');
    expect((await cli.runIn({ color: 'always' }, 'list')).out).toContain('\u001b[');
    expect((await cli.runIn({ columns: 80, color: 'never' }, 'list')).out).not.toContain('\u001b[');
    expect((await cli.runIn({ columns: 80 }, 'list', '--no-color')).out).not.toContain('\u001b[');
    expect((await cli.run('list')).out).not.toContain('\u001b[');
  });
});

describe('run', () => {
  it('needs a handler, or someone else to run it', async () => {
    const { code, err } = await cli.run('run', 'report');
    expect(code).toBe(1);
    expect(err).toMatch(/^error: there is no handler for "report" here \(NO_HANDLER\)\n {2}.*--handlers FILE/);
    expect((await cli.run('run', 'nothing', '--handlers', handlers)).err).toContain('JOB_NOT_FOUND');
  });

  it('runs a job here and answers with its result', async () => {
    const result = await cli.json(
      'run',
      'report',
      '--handlers',
      handlers,
      '--param',
      'copies=2',
      '--param',
      'title=a=b',
      '--param',
      'format="odt"',
    );
    expect(result).toMatchObject({
      jobName: 'report',
      status: 'completed',
      attempts: 1,
      result: { format: 'odt', copies: 2, title: 'a=b', attempt: 1 },
    });
    const { code, out, err } = await cli.run('run', 'report', '--handlers', handlers);
    expect(code).toBe(0);
    expect(out).toMatch(/^report completed in 0 ms\n\{\n {2}"format": "pdf"/);
    expect(err).toMatch(/ report {2}started attempt 1\/3\n {2}info: attempt 1\n$/);
  });

  it('reports a failure with 1', async () => {
    const { code, out } = await cli.run('run', 'daily', '--handlers', handlers);
    expect({ code, out }).toEqual({ code: 1, out: 'daily failed in 0 ms: never works\n' });
  });

  it('is interrupted between two attempts, and goes on later', async () => {
    const running = cli.start(['run', 'report', '--handlers', handlers, '--param', 'fail=true']);
    await running.err.shows('retry 2/3');
    running.signal('SIGINT');
    const { code, err } = await running.done;
    expect(code).toBe(1);
    expect(err).toContain('failed: no paper\\u001b[31m\\nleft\n');
    expect(err).toContain('interrupted');
    expect(await cli.json('show', 'report')).toMatchObject({ status: 'retrying' });
  });

  it('does not begin a second run of a job that is not done', async () => {
    const { code, err } = await cli.run('run', 'report', '--no-wait');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('(JOB_ALREADY_RUNNING)') });
    expect(await cli.run('run', 'daily', '--no-wait')).toMatchObject({ code: 0, out: expect.stringMatching(/^daily is queued as \S+; /) });
  });
});

describe('pause, resume and cancel', () => {
  it('tell who, why and until when', async () => {
    const paused = await cli.run('pause', 'daily', '--note', 'holidays\u001b[2J', '--until', '2026-03-09T00:00:00Z');
    expect(paused).toEqual({ code: 0, out: 'daily is paused; resumes in 7 d (2026-03-09T00:00:00Z)\n', err: '' });
    const { out } = await cli.run('show', 'daily');
    expect(out).toMatch(/^ {2}paused +since now \(.*\), by alice, until 2026-03-09T00:00:00Z, note: holidays\\u001b\[2J$/m);
    expect(await cli.json('resume', 'daily', '--note', 'back')).toMatchObject({ jobName: 'daily', enabled: true });
    expect(await cli.run('cancel', 'daily', '--note', 'for good')).toMatchObject({ code: 0, out: 'daily is cancelled\n' });
    expect((await cli.run('pause', 'daily', '--until', '2020-01-01T00:00:00Z')).code).toBe(2);
    for (const command of ['pause', 'resume', 'cancel']) expect((await cli.run(command, 'nothing')).err).toContain('JOB_NOT_FOUND');
  });
});

describe('what happened', () => {
  it('is in the history', async () => {
    const { out } = await cli.runIn({ columns: 80, color: 'never' }, 'history', 'report');
    expect(out).toMatch(/^PLANNED FOR +STATUS +TOOK +TRIES +TRIGGER +RESULT$/m);
    expect(out).toMatch(/retrying +- +1 +manual +retry in 1 s; no /);
    expect(out).not.toContain('\u001b');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    const runs = await cli.json('history', 'report', '--limit', '2');
    expect(runs).toMatchObject([
      { status: 'retrying', parameters: { fail: true } },
      { status: 'completed', trigger: 'manual' },
    ]);
    expect((await cli.run('history', 'nothing')).code).toBe(1);
  });

  it('is in the statistics', async () => {
    expect(await cli.json('stats', 'report')).toMatchObject({ totalExecutions: 2, completed: 2, retries: 1, successRate: 1 });
    const { out } = await cli.run('stats', 'report');
    expect(out).toMatch(/^ {2}runs +2: 2 completed, 0 failed, 0 cancelled; 1 retry$/m);
    expect(out).toMatch(/^ {2}success +100\.0 % {2}█{20}$/m);
  });

  it('is explained', async () => {
    const [{ scheduledFor }] = await cli.json('history', 'report', '--limit', '1');
    expect(await cli.json('explain', 'report', '--at', scheduledFor)).toMatchObject({ jobName: 'report', code: 'RETRYING' });
    const { out } = await cli.run('explain', 'report', '--at', scheduledFor);
    expect(out).toMatch(/^report at \S+ \(now\): it failed and waits for its next attempt\.\n {2}code +RETRYING$/m);
    expect(out).toMatch(/^ {2}attempt 1 +failed after 0 ms on \S+, started now .*: no paper\\u001b/m);
    for (const at of ['2020-01-01T00:00:00Z', '2020-01-01T00:00:00+0000'])
      expect(await cli.json('explain', 'report', '--at', at)).toMatchObject({ code: 'BEFORE_CREATION' });
  });

  it('can be seen as it was', async () => {
    expect(await cli.json('as-of', 'daily', '--at', monday.toISOString())).toMatchObject({ status: 'scheduled', maxAttempts: 1 });
    expect((await cli.run('as-of', 'daily', '--at', monday.toISOString())).out).toMatch(/^daily {2}scheduled\n/);
    expect((await cli.run('as-of', 'nothing', '--at', '2020-01-01T00:00:00Z')).err).toContain('JOB_NOT_FOUND');
    expect(await cli.run('as-of', 'daily', '--at', '2020-01-01T00:00:00Z')).toEqual({
      code: 1,
      out: '',
      err: 'error: job "daily" was made at 2026-03-02T09:00:00Z; there is nothing to see before (BEFORE_CREATION)\n',
    });
  });

  it('is one line for each event', async () => {
    const { out } = await cli.run('events');
    const told = out.trimEnd().split('\n');
    const ndjson = (await cli.run('events', '--json')).out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(told).toHaveLength(ndjson.length);
    expect(told[0]).toMatch(
      /^0:1:0 +2026-03-02T09:00:00\.000Z {2}report {2}scheduled by alice; next run in 1 min {2}at 2026-03-02T09:01:00Z$/,
    );
    expect(out).toContain('cancelled by alice: for good');
    const [, second] = ndjson;
    expect(JSON.parse((await cli.run('events', '--json', '--after', second.sequence)).out.split('\n')[0] ?? '')).toEqual(ndjson[2]);
    const paused = (await cli.run('events', '--json', '--job', 'daily', '--type', 'JobPaused,JobResumed')).out.trimEnd().split('\n');
    expect(paused.map((line) => JSON.parse(line).type)).toEqual(['JobPaused', 'JobResumed']);
  });

  it('can be followed beside whoever writes it', async () => {
    const following = cli.start(['events', '--follow', '--job', 'report']);
    await following.out.shows('retry 2/3');
    await cli.run('pause', 'report', '--note', 'seen from elsewhere');
    const shown = following.out.shows('seen from elsewhere');
    const polls = setInterval(following.poll, 1);
    await shown;
    clearInterval(polls);
    following.signal('SIGINT');
    expect((await following.done).code).toBe(0);
  });

  it('stops being told when nobody listens', async () => {
    const following = cli.start(['events', '--follow']);
    await following.out.shows('retry 2/3');
    following.out.close();
    expect((await following.done).code).toBe(0);
  });
});

describe('upkeep', () => {
  it('finds the log intact and rebuilds the rest from it', async () => {
    const before = await cli.json('list');
    expect(await cli.json('verify')).toMatchObject({ ok: true, problems: [] });
    expect((await cli.run('verify')).out).toMatch(/^intact: \d+ commits, \d+ events, 4 jobs, \d+ runs, \d+ occurrences? checked\n$/);
    const shown = await cli.runIn({ columns: 80 }, 'rebuild');
    expect(shown).toMatchObject({ code: 0, out: expect.stringMatching(/^rebuilt from \d+ commits\n$/) });
    expect(shown.err.endsWith('\r\u001b[2K')).toBe(true);
    expect(stripVTControlCharacters(shown.err)).toMatch(/\rrebuilding 100 % \(\d+ of \d+\)\r$/);
    expect((await cli.run('rebuild')).err).toBe('');
    expect(await cli.json('list')).toEqual(before);
  });
});

describe('delete', () => {
  it('asks on a terminal, and does nothing without a yes', async () => {
    const answered = await cli.runIn({ answer: 'no' }, 'delete', 'report');
    expect(answered).toEqual({ code: 1, out: '', err: 'Delete report and its history for good? [y/N] Nothing was deleted.\n' });
    expect((await cli.run('show', 'report')).code).toBe(0);
  });

  it('deletes for good', async () => {
    expect(await cli.runIn({ answer: 'y' }, 'delete', 'report')).toMatchObject({ code: 0, out: 'report and its history are deleted\n' });
    expect(await cli.json('delete', 'daily', '--yes')).toEqual({ jobName: 'daily', deleted: true });
    expect((await cli.run('show', 'report')).err).toContain('JOB_NOT_FOUND');
    expect((await cli.run('delete', 'report', '--yes')).err).toContain('JOB_NOT_FOUND');
  });

  it('asks nobody where there is no terminal to answer on', async () => {
    await cli.run('schedule', '-f', jobs);
    expect(await cli.run('delete', 'report')).toEqual({ code: 0, out: 'report and its history are deleted\n', err: '' });
    expect((await cli.run('delete', 'report')).code).toBe(1);
  });
});

describe('beside a running service', () => {
  let service: ReturnType<typeof cli.start>;
  beforeAll(async () => {
    service = cli.start(['serve', '--jobs', jobs]);
    await service.out.shows('nexus-scheduler 1.2.3');
  });

  it('the commands work that are said to', async () => {
    const named = /only look work: (.*)\.\n/.exec((await cli.run('pause', 'report')).err)?.[1]?.split(', ') ?? [];
    const job = ['report'];
    const at = ['--at', new Date(cli.clock.now()).toISOString()];
    const given: { readonly [command: string]: readonly string[] } = {
      ...{ show: job, history: job, stats: job, artifacts: ['none'], explain: [...job, ...at], 'as-of': [...job, ...at] },
      diff: [...job, '-f', cli.file('report.json', report)],
    };
    expect(named).toEqual(expect.arrayContaining(Object.keys(given)));
    for (const command of named) {
      const { code, err } = await cli.run(command, ...(given[command] ?? []));
      expect([command, code, err]).toEqual([command, command === 'artifacts' ? 1 : 0, expect.not.stringContaining('STORE_LOCKED')]);
    }
  });

  it('reading works and writing is refused with its pid', async () => {
    expect(await cli.json('list')).toHaveLength(2);
    const { code, err } = await cli.run('pause', 'report');
    expect(code).toBe(1);
    expect(err).toMatch(
      new RegExp(`^error: .* process ${process.pid} \\(STORE_LOCKED\\)\n {2}Ask that process, if it is a service: --url http`),
    );
    expect((await cli.run('schedule', '-f', jobs, '--dry-run')).code).toBe(0);
    service.signal('SIGTERM');
    expect((await service.done).code).toBe(0);
  });
});

describe('backfill', () => {
  const filled = cli.file('filled.json', [{ ...report, jobName: 'filled', schedule: { type: 'recurring', cronExpression: '* * * * *' } }]);

  it('queues a run for each occurrence of a span, once', async () => {
    await cli.json('schedule', '-f', filled);
    const span = ['--from', '2026-03-02T08:00:00Z', '--to', '2026-03-02T08:02:00Z'];
    const queued = await cli.json('backfill', 'filled', ...span);
    expect(queued).toMatchObject({
      jobName: 'filled',
      executions: [0, 1, 2].map((minute) => ({ scheduledFor: `2026-03-02T08:0${minute}:00.000Z` })),
    });
    expect(await cli.run('backfill', 'filled', ...span)).toMatchObject({
      code: 0,
      out: expect.stringContaining('no occurrence in that span'),
    });
    expect(await cli.json('history', 'filled')).toMatchObject([2, 1, 0].map((i) => ({ ...queued.executions[i], trigger: 'backfill' })));
  });

  it('says what it needs', async () => {
    expect(await cli.run('backfill', 'filled', '--from', '2026-03-02T08:00:00Z')).toMatchObject({ code: 2 });
    expect(await cli.run('backfill', 'filled', '--from', 'monday', '--to', '2026-03-02T08:00:00Z')).toMatchObject({ code: 2 });
    expect(await cli.run('backfill', 'filled', '--from', '2026-03-02T08:00:00Z', '--to', '2099-01-01T00:00:00Z')).toMatchObject({
      code: 2,
      err: expect.stringContaining('must not lie in the future'),
    });
  });
});
