import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

const directory = mkdtempSync(path.join(tmpdir(), 'http-process-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const handlers = path.join(directory, 'handlers.mjs');
writeFileSync(handlers, "export default { ping: () => 'pong' };");

const environment = (more: { readonly [name: string]: string } = {}): NodeJS.ProcessEnv => {
  const { FORCE_COLOR, NO_COLOR, ...inherited } = process.env;
  return { ...inherited, DATA_DIR: path.join(directory, 'data'), PORT: '0', ...more };
};

type Started = { readonly child: ChildProcess; readonly ended: Promise<number | null> };
type Serving = Started & { readonly url: string };

const open = new Set<Started>();
afterEach(async () => {
  for (const { child } of open) child.kill('SIGKILL');
  await Promise.all([...open].map(({ ended }) => ended));
  open.clear();
});

/** Resolves when the service says where it answers. */
const serve = (more: { readonly [name: string]: string } = {}, ...options: readonly string[]): Promise<Serving> => {
  const child = spawn(process.execPath, ['dist/bundle/main.js', 'serve', '--handlers', handlers, ...options], {
    env: environment(more),
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  open.add({ child, ended });
  let text = '';
  return new Promise((resolve, reject) => {
    const look = (data: Buffer): void => {
      text += data;
      const [, url] = /http {2,}(http:\/\/[^\s,]+)[,\s]/.exec(text) ?? [];
      if (url === undefined) return;
      resolve({ child, url, ended });
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    void ended.then(() => reject(new Error(`it ended: ${text}`)));
  });
};

const run = (argv: readonly string[], more: { readonly [name: string]: string } = {}) =>
  spawnSync(process.execPath, ['dist/bundle/main.js', ...argv], { env: environment(more), encoding: 'utf8' });

const put = (url: string, key?: string): Promise<Response> =>
  fetch(`${url}/api/v1/jobs/ping`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ jobType: 'ping', schedule: { type: 'recurring', cronExpression: '0 0 1 1 *' } }),
  });

type Events = { readonly items: readonly { readonly sequence: string }[] };
const eventsOf = async (url: string): Promise<Events> => (await (await fetch(`${url}/api/v1/events`)).json()) as Events;

describe('a service that is killed', () => {
  it('has every job that it answered for, and its readers go on where they were', async () => {
    const first = await serve();
    expect((await put(first.url)).status).toBe(201);
    const ran = await fetch(`${first.url}/api/v1/jobs/ping/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"wait":true}',
    });
    expect(await ran.json()).toMatchObject({ status: 'completed', result: 'pong' });
    const seen = await eventsOf(first.url);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await serve();
    expect(await (await fetch(`${second.url}/api/v1/jobs/ping/stats`)).json()).toMatchObject({ completed: 1 });
    const all = await eventsOf(second.url);
    expect(all.items.slice(0, seen.items.length)).toEqual(seen.items);
    const [before] = seen.items;
    const resumed = await fetch(`${second.url}/api/v1/events`, {
      headers: { accept: 'text/event-stream', 'last-event-id': before?.sequence ?? '' },
    });
    const reader = resumed.body?.getReader();
    let text = '';
    while (!text.includes(`id: ${all.items[1]?.sequence}`)) text += new TextDecoder().decode((await reader?.read())?.value);
    expect(text).not.toContain(`id: ${before?.sequence}\n`);
    await reader?.cancel();
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
  });
});

describe('keys', () => {
  it('count as soon as they are made, and not any more once they are withdrawn, without a restart', async () => {
    const { url, child, ended } = await serve();
    const status = async (key?: string): Promise<number> => (await put(url, key)).status;
    const becomes = async (wanted: number, key?: string): Promise<void> => {
      while ((await status(key)) !== wanted);
    };
    const made = run(['keys', 'create', '--name', 'me', '--scope', 'admin', '--all-organizations', '--json']);
    const { id, key } = JSON.parse(made.stdout);
    await becomes(401);
    expect(await status(key)).toBe(200);
    const listed = run(['list', '--url', url], { SCHEDULER_API_KEY: key });
    expect([listed.status, listed.stdout]).toEqual([0, expect.stringContaining('ping')]);
    expect(run(['keys', 'revoke', id]).status).toBe(0);
    await becomes(401, key);
    child.kill('SIGTERM');
    await ended;
    const again = await serve();
    expect((await put(again.url)).status).toBe(401);
    rmSync(path.join(directory, 'data', 'api-keys.json'));
  });

  it('are those of the directory that the service is given', async () => {
    const elsewhere = ['--data-dir', path.join(directory, 'elsewhere')];
    const { key } = JSON.parse(run(['keys', 'create', '--name', 'me', '--scope', 'admin', '--json', ...elsewhere]).stdout);
    const { url } = await serve({}, ...elsewhere);
    expect([(await put(url)).status, (await put(url, key)).status]).toEqual([401, 201]);
  });
});

describe('a file of keys that is named', () => {
  it('is made by the first key, and must be there when the service starts', async () => {
    const named = { SCHEDULER_API_KEYS_FILE: path.join(directory, 'keys', 'mine.json') };
    expect(run(['serve'], named)).toMatchObject({ status: 2, stderr: expect.stringContaining('keys create') });
    const { key } = JSON.parse(run(['keys', 'create', '--name', 'me', '--json', '--scope', 'read', '--all-organizations'], named).stdout);
    const { url } = await serve(named);
    const status = async (headers: { readonly [name: string]: string }) => (await fetch(`${url}/api/v1/jobs`, { headers })).status;
    expect([await status({}), await status({ authorization: `Bearer ${key}` })]).toEqual([401, 200]);
  });
});

describe('an address', () => {
  it('says what to do where its port is taken, and starts nothing', async () => {
    const { url } = await serve();
    const { port } = new URL(url);
    const other = { DATA_DIR: path.join(directory, 'other'), PORT: port };
    const refused = run(['serve'], other);
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('is taken')]);
    expect(refused.stderr).toContain('--port');
    const open = run(['serve'], { ...other, HOST: '0.0.0.0' });
    expect([open.status, open.stderr]).toEqual([1, expect.stringContaining('keys create')]);
  });

  it('is never taken by a scheduler that is used as a library, which loads nothing for it', async () => {
    const script = `import { createScheduler } from './dist/bundle/index.js';
      const scheduler = createScheduler({ store: 'memory', logger: false });
      await scheduler.scheduleJob({ jobName: 'a', jobType: 'b', schedule: { type: 'recurring', cronExpression: '0 0 1 1 *' } });
      const ports = process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
      const loaded = process.moduleLoadList.filter((name) => name === 'NativeModule http').length;
      await scheduler.stop();
      console.log(JSON.stringify({ ports, loaded }));`;
    const library = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect(JSON.parse(library.stdout)).toEqual({ ports: 0, loaded: 0 });
  });
});
