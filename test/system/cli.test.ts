import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const directory = mkdtempSync(path.join(tmpdir(), 'cli-process-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Ended = { readonly code: number | null; readonly out: string; readonly err: string };
type Program = {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has printed so far. */
  readonly out: () => string;
  /** Resolves when either output has shown a text. */
  readonly shows: (text: string) => Promise<void>;
  readonly ended: Promise<Ended>;
};

const program = (argv: readonly string[], environment: { readonly [name: string]: string } = {}): Program => {
  const { FORCE_COLOR, NO_COLOR, ...inherited } = process.env;
  const child = spawn(process.execPath, ['dist/bundle/main.js', ...argv], {
    env: { ...inherited, DATA_DIR: path.join(directory, 'data'), PORT: '0', ...environment },
  });
  let [out, err] = ['', ''];
  const waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  const look = (): void => {
    for (const { text, resolve } of waiting) if (out.includes(text) || err.includes(text)) resolve();
  };
  child.stdout.on('data', (data) => {
    out += data;
    look();
  });
  child.stderr.on('data', (data) => {
    err += data;
    look();
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  const shows = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ text, resolve });
      look();
      void ended.then(() => reject(new Error(`ended without showing "${text}":\n${out}${err}`)));
    });
  return { child, out: () => out, shows, ended };
};

const run = (...argv: readonly string[]): Promise<Ended> => program(argv).ended;

const file = (name: string, content: string): string => {
  const written = path.join(directory, name);
  writeFileSync(written, content);
  return written;
};

const handlers = file(
  'handlers.mjs',
  `export default {
     ping: () => 'pong',
     leaves: () => void setInterval(() => {}, 1_000),
     slow: () => new Promise((resolve) => setTimeout(() => resolve('at last'), 1_500)),
     stuck: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
   };`,
);
const due = (jobName: string): string =>
  JSON.stringify({ jobName, jobType: jobName, schedule: { type: 'once', runAt: new Date().toISOString() } });

describe('the program', () => {
  it('schedules from standard input and prints without colours into a pipe', async () => {
    const scheduling = program(['schedule', '-f', '-'], { SCHEDULER_ACTOR: 'alice' });
    scheduling.child.stdin.end(
      JSON.stringify({ jobName: 'yearly', jobType: 'ping', schedule: { type: 'recurring', cronExpression: '0 0 1 1 *' } }),
    );
    expect(await scheduling.ended).toMatchObject({ code: 0, out: expect.stringMatching(/^created {2}yearly/m), err: '' });
    const { code, out } = await run('list');
    expect({ code, colored: out.includes('\u001b') }).toEqual({ code: 0, colored: false });
    expect(out).toMatch(/^yearly +scheduled /m);
    expect((await program(['list'], { FORCE_COLOR: '1' }).ended).out).toContain('\u001b[');
    expect(JSON.parse((await run('events', '--json')).out)).toMatchObject({ type: 'JobScheduled', data: { by: 'alice' } });
  });

  it('serves until it is told to stop', async () => {
    const serving = program(['serve', '--jobs', file('ping.json', due('ping')), '--handlers', handlers]);
    await serving.shows('"pong"');
    serving.child.kill('SIGTERM');
    const { code, out, err } = await serving.ended;
    expect({ code, err }).toEqual({ code: 0, err: 'SIGTERM: stopping\n' });
    expect(out).toMatch(/^nexus-scheduler \d+\.\d+\.\d+\n {2}store +embedded, in /);
    expect(out).toMatch(/Z {2}ping +started attempt 1\/3\n.*Z {2}ping +completed in \d+ ms {2}"pong"$/m);
    expect(out).toMatch(/\nstopped after .*: 1 completed, 0 failed\n$/);
  });

  it('ends with its service, whatever a handler has left behind', async () => {
    const at = ['--data-dir', path.join(directory, 'leaves')];
    const serving = program(['serve', '--jobs', file('leaves.json', due('leaves')), '--handlers', handlers, ...at]);
    await serving.shows('leaves  completed');
    serving.child.kill('SIGTERM');
    expect(await serving.ended).toMatchObject({ code: 0, out: expect.stringMatching(/\nstopped after .*: 1 completed, 0 failed\n$/) });
  });

  it('answers who waits for a run by HTTP before it ends', async () => {
    const slow = file(
      'waited.json',
      JSON.stringify({ jobName: 'slow', jobType: 'slow', schedule: { type: 'once', runAt: '2030-01-01T00:00:00Z' } }),
    );
    const serving = program(['serve', '--jobs', slow, '--handlers', handlers, '--data-dir', path.join(directory, 'waited')]);
    await serving.shows('http://127.0.0.1:');
    const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(serving.out()) ?? [];
    const waiting = program(['run', 'slow', '--url', url]);
    await serving.shows('started attempt 1/3');
    serving.child.kill('SIGTERM');
    await serving.shows('SIGTERM: stopping; waiting');
    expect(await program(['run', 'slow', '--url', url]).ended).toMatchObject({ code: 1, err: expect.stringContaining('STOPPED') });
    expect(await waiting.ended).toEqual({ code: 0, out: expect.stringMatching(/^slow completed as .*; the service has stopped/), err: '' });
    expect((await serving.ended).code).toBe(0);
  });

  it('lets a handler end where its terminal is gone', async () => {
    const at = ['--data-dir', path.join(directory, 'hung-up')];
    const slow = file(
      'slow.mjs',
      `import { existsSync } from 'node:fs';
      export default { slow: async () => { while (!existsSync(${JSON.stringify(path.join(directory, 'go-on'))})) await new Promise((r) => setTimeout(r, 10)); } };`,
    );
    const serving = program(['serve', '--jobs', file('slow.json', due('slow')), '--handlers', slow, ...at]);
    await serving.shows('started attempt 1/3');
    serving.child.kill('SIGHUP');
    await serving.shows('SIGHUP: stopping; waiting');
    file('go-on', '');
    expect(await serving.ended).toMatchObject({
      code: 0,
      out: expect.stringMatching(/slow +completed in .*stopped after .*: 1 completed/s),
    });
  });

  it('exits at once when it is told a second time', async () => {
    const serving = program([
      'serve',
      '--jobs',
      file('stuck.json', due('stuck')),
      '--handlers',
      handlers,
      '--data-dir',
      path.join(directory, 'stuck'),
    ]);
    await serving.shows('started attempt 1/3');
    serving.child.kill('SIGINT');
    await serving.shows('once more to exit at once');
    const impatient = setInterval(() => serving.child.kill('SIGINT'), 50);
    expect((await serving.ended).code).toBe(130);
    clearInterval(impatient);
  });

  it('follows the log of a service in another process', async () => {
    const serving = program(['serve']);
    await serving.shows('handlers');
    const following = program(['events', '--follow', '--type', 'ExecutionCompleted']);
    await following.shows('completed in');
    following.child.kill('SIGINT');
    expect(await following.ended).toMatchObject({ code: 0, err: '' });
    const { code, err } = await run('pause', 'yearly');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(`process ${serving.child.pid} (STORE_LOCKED)`) });
    serving.child.kill('SIGTERM');
    expect((await serving.ended).code).toBe(0);
  });

  it('exits quietly when nobody reads on', async () => {
    const printing = program(['next', '--cron', '* * * * *', '--count', '5000']);
    printing.child.stdout.destroy();
    expect(await printing.ended).toMatchObject({ code: 0, err: '' });
    const following = program(['events', '--follow']);
    following.child.stdout.destroy();
    expect(await following.ended).toMatchObject({ code: 0, err: '' });
  });

  it('says what is wrong with the command line, its files and the environment', async () => {
    expect(await run('bogus')).toMatchObject({ code: 2, out: '' });
    expect(await program(['list'], { SCHEDULER_BOGUS: '1' }).ended).toMatchObject({
      code: 2,
      err: expect.stringContaining('SCHEDULER_BOGUS'),
    });
    const broken = await run('serve', '--handlers', file('broken.mjs', 'export default {'));
    expect(broken).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^error: the handlers file \S+ cannot be loaded: SyntaxError: .*\(INVALID_FILE\)\n$/),
    });
  });
});

describe('the examples', () => {
  const at = ['--data-dir', path.join(directory, 'examples')];

  it('are jobs and handlers that work', async () => {
    const { code, out } = await run('schedule', '-f', 'examples/jobs.json', '--json', ...at);
    expect(code).toBe(0);
    expect(JSON.parse(out).map(({ jobName, outcome }: { jobName: string; outcome: string }) => `${jobName} ${outcome}`)).toEqual([
      'heartbeat created',
      'flaky-example created',
      'disk-space created',
      'sample-products created',
      'sample-movements created',
      'sample-low-stock created',
      'sample-report created',
      'sample-movements-report created',
      'weekly-log-cleanup created',
      'monthly-inventory-report created',
      'hourly-stock-check created',
    ]);
    const ran = (...argv: readonly string[]): Promise<Ended> => run('run', ...argv, '--handlers', 'examples/handlers.mjs', '--json', ...at);
    expect(JSON.parse((await ran('heartbeat', '--param', 'sampleMs=20')).out)).toMatchObject({
      status: 'completed',
      result: { rssMiB: expect.any(Number), eventLoopDelayMs: expect.any(Number) },
    });
    expect(JSON.parse((await ran('disk-space')).out)).toMatchObject({ status: 'completed', result: { freePercent: expect.any(Number) } });
  });

  it('read a sample inventory, the same on every machine, and report exactly what is low in it', async () => {
    const out = path.join(directory, 'examples', 'files', 'sample');
    const made = spawnSync(process.execPath, ['scripts/sample-inventory.mjs', '--out', out, '--until', '2026-03-01'], { encoding: 'utf8' });
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const [header = '', ...rows] = readFileSync(path.join(out, 'products.csv'), 'utf8').trimEnd().split('\n');
    const hash = createHash('sha256')
      .update([header, ...rows].join('\n'))
      .digest('hex');
    expect(hash).toMatchInlineSnapshot(`"a45771924f1d9c6fa99e361deb11453ebf6b62d0a83e625eb43c3ddbda50981a"`);
    expect(rows.length).toBeGreaterThan(500);
    const ran = async (name: string) => JSON.parse((await run('run', name, '--json', ...at)).out).result;
    expect(await ran('sample-products')).toMatchObject({
      rows: rows.length,
      added: rows.length,
      rejected: 0,
      lists: { critical_items: 21 },
    });
    expect(await ran('sample-movements')).toMatchObject({ added: expect.any(Number), rejected: 0, unchanged: 0 });
    // SKUs, quantities and reorder points stand before and behind names, which alone are quoted.
    const stock = rows.map((row) => row.replace(/"[^"]*"/, '').split(','));
    const low = stock.filter(([, , quantity, reorderPoint]) => Number(quantity) <= Number(reorderPoint)).map(([sku]) => sku);
    const { items } = await ran('sample-low-stock');
    expect(items.map(({ sku }: { sku: string }) => sku)).toEqual(low.sort());
    const critical = stock.filter((cells) => cells.at(-1) === 'critical_items' && Number(cells[2]) <= 10).map(([sku]) => sku);
    const hourly = await ran('hourly-stock-check');
    expect(hourly.items.map(({ sku }: { sku: string }) => sku)).toEqual(critical.sort());
    expect(critical.length).toBeGreaterThan(0);
  });
});
