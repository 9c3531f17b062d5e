import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { cliIn, everyMinute } from './cli.js';

const cli = cliIn('serve');
afterAll(() => cli.remove());

const handlers = cli.file(
  'handlers.mjs',
  `const gate = globalThis[Symbol.for('serve.test')] ??= { opened: [] };
   export default {
     ping: ({ reply }) => ({ reply }),
     flaky: (_, { attempt }) => { if (attempt === 1) throw new Error('first\\n\\u001b[31mnever works'); },
     slow: { concurrency: 1, handler: (_, { signal }) => new Promise((resolve, reject) => {
       gate.open = resolve;
       signal.addEventListener('abort', () => reject(new Error('aborted')));
     }) },
   };`,
);
const ping = { jobName: 'ping', jobType: 'ping', schedule: everyMinute, parameters: { reply: 'pong' } };
const flaky = {
  jobName: 'flaky',
  jobType: 'flaky',
  schedule: { type: 'recurring', interval: { value: 61, unit: 'seconds' } },
  backoff: { type: 'constant', delay: 1_500, jitter: 0 },
};
const nobody = { jobName: 'nobody', jobType: 'archive', schedule: { type: 'recurring', interval: { value: 1, unit: 'day' } } };
const jobs = cli.file('jobs.json', [ping, flaky, nobody]);

let service = cli.start(['--version']);
const serve = async (...options: string[]): Promise<typeof service> => {
  service = cli.start(['serve', ...options]);
  await Promise.race([service.out.shows('nexus-scheduler 1.2.3'), service.out.shows('ServiceStarted'), service.done]);
  return service;
};
const stopped = async (): Promise<Awaited<(typeof service)['done']>> => {
  service.signal('SIGTERM');
  return service.done;
};
afterEach(() => stopped());

describe('serve', () => {
  it('tells what it has to work with, and what happens', async () => {
    const { out } = await serve('--jobs', jobs, '--handlers', handlers);
    await out.shows('next run in 24 h');
    await cli.clock.advance(63_000);
    const { code, out: said, err } = await stopped();
    expect({ code, err }).toEqual({ code: 0, err: 'SIGTERM: stopping\n' });
    expect(said).toBe(
      `nexus-scheduler 1.2.3
  store       embedded, in ${cli.data}
  node        test-node
  jobs        3 in organization default (3 created)
  handlers    ping, flaky, slow
  no handler  archive: nobody waits for it when due

2026-03-02T09:00:00.000Z  ping    scheduled by alice; next run in 1 min  at 2026-03-02T09:01:00Z
2026-03-02T09:00:00.000Z  flaky   scheduled by alice; next run in 1 min  at 2026-03-02T09:01:01Z
2026-03-02T09:00:00.000Z  nobody  scheduled by alice; next run in 24 h  at 2026-03-03T09:00:00Z
2026-03-02T09:01:00.000Z  ping    started attempt 1/3
2026-03-02T09:01:00.000Z  ping    completed in 0 ms  {"reply":"pong"}
2026-03-02T09:01:01.000Z  flaky   started attempt 1/3
2026-03-02T09:01:01.000Z  flaky   failed, retry 2/3 in 1.5 s: first\\n\\u001b[31mnever works
2026-03-02T09:01:02.500Z  flaky   started attempt 2/3
2026-03-02T09:01:02.500Z  flaky   completed in 0 ms
stopped after 1 min 3 s: 2 completed, 0 failed, 1 retry
`,
    );
  });

  it('says the same as NDJSON', async () => {
    const { out } = await serve('--jobs', jobs, '--handlers', handlers, '--json');
    await cli.clock.advance(61_000);
    await out.shows('ExecutionRetryScheduled');
    const { out: said, err } = await stopped();
    const lines = said
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(err).toBe('');
    expect(lines[0]).toMatchObject({ type: 'ServiceStarted', version: '1.2.3', jobs: 3, created: 0, unavailable: { archive: ['nobody'] } });
    expect(lines.map(({ type }) => type)).toContain('ExecutionQueued');
    expect(lines.find(({ type }) => type === 'ExecutionCompleted')).toMatchObject({ jobName: 'ping', data: { result: { reply: 'pong' } } });
    expect(lines.at(-1)).toMatchObject({ type: 'ServiceStopped', completed: expect.any(Number), failed: 0 });
  });

  it('fits the terminal', async () => {
    const { out } = await (async () => {
      service = cli.start(['serve', '--handlers', handlers], { columns: 60, color: 'never' });
      await service.out.shows('nexus-scheduler');
      return service;
    })();
    await cli.clock.advance(61_000);
    await out.shows('flaky   failed');
    const { out: said } = await stopped();
    for (const line of said.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(said).toMatch(/^\d\d:\d\d:\d\dZ {2}flaky +failed, retry 2\/3 in 1\.5 s: first\\n\\u001…$/m);
  });

  it('waits for what runs, up to a limit', async () => {
    const file = cli.file('slow.json', {
      jobName: 'slow',
      jobType: 'slow',
      schedule: { type: 'once', runAt: new Date(cli.clock.now()) },
      maxAttempts: 1,
    });
    const { out, err } = await serve('--jobs', file, '--handlers', handlers, '--drain', '20');
    await cli.clock.advance(0);
    await out.shows('slow    started attempt 1/1');
    service.signal('SIGINT');
    await err.shows('SIGINT: stopping; waiting up to 20 s for 1 running, once more to exit at once\n');
    // Under npm one press of Ctrl-C is two signals; the next one is meant. This process only records that it would have ended.
    service.signal('SIGINT');
    expect(service.exits).toEqual([]);
    await cli.clock.advance(1_000);
    service.signal('SIGINT');
    expect(service.exits).toEqual([130]);
    Reflect.get(globalThis, Symbol.for('serve.test')).open('at last');
    const { code, out: said } = await service.done;
    expect(code).toBe(0);
    expect(said).toMatch(/slow +completed in 1 s {2}"at last"\n.* slow +ended: no run is left\nstopped after /);
  });

  it('is told by the end of its terminal as by any other signal', async () => {
    await cli.run('run', 'slow', '--no-wait');
    const { out, err } = await serve('--handlers', handlers, '--drain', '20');
    await out.shows('slow    started attempt 1/1');
    const said = 'SIGHUP: stopping; waiting up to 20 s for 1 running, once more to exit at once\n';
    service.signal('SIGHUP');
    await err.shows(said);
    await cli.clock.advance(1_000);
    // What runs holds up the end, so that the second signal finds the service as the first has left it.
    service.signal('SIGHUP');
    expect(service.exits).toEqual([129]);
    Reflect.get(globalThis, Symbol.for('serve.test')).open('at last');
    expect(await service.done).toMatchObject({ code: 0, err: said });
  });

  it('gives back what takes too long', async () => {
    await cli.run('run', 'slow', '--no-wait');
    const { out } = await serve('--handlers', handlers, '--drain', '0');
    await out.shows('slow    started attempt 1/1');
    const { code, out: said } = await stopped();
    expect(code).toBe(0);
    expect(said).toMatch(/slow +stopped, retry 2\/2 in 0 ms: its node shut down\nstopped after /);
    // What was given back would run in the services that follow, and hold up their ends.
    expect((await cli.run('delete', 'slow', '--yes')).code).toBe(0);
  });

  it('stops when nobody reads what it says', async () => {
    const { out } = await serve('--handlers', handlers);
    out.close();
    expect((await service.done).code).toBe(0);
  });

  it('does not start with a job that is wrong', async () => {
    const file = cli.file('wrong.json', [{ ...ping, priority: 'urgent' }]);
    const { code, out, err } = await (await serve('--jobs', file)).done;
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^error: jobs\[0\] ping: .*\(INVALID_JOB\)\n {2}priority: must be one of .*\nThe service was not started\./);
  });

  it('tells of the organizations its jobs name', async () => {
    const file = cli.file('org.json', [{ ...ping, organization: 'acme' }]);
    const { out } = await serve('--jobs', file, '--handlers', handlers);
    await out.shows('acme/ping');
    expect((await stopped()).out).toContain('acme/ping');
  });

  it('is refused where another one serves', async () => {
    await serve();
    const { code, err } = await cli.run('serve');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/in use by process \d+ \(STORE_LOCKED\)/) });
  });
});
