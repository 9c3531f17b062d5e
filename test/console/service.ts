import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../system/until.js';

const readyMs = 30_000;

type Options = { readonly port?: number; readonly jobs?: readonly object[]; readonly keys?: string };

export type Service = {
  readonly url: string;
  readonly port: number;
  /** Asks the API, with a key where one is given. Throws for what is refused. */
  readonly ask: <T>(method: string, path: string, body?: unknown, key?: string) => Promise<T>;
  /** At once, as in a power cut. */
  readonly kill: () => Promise<void>;
};

/** A directory for services to be started on, one after another. */
export const newDirectory = (): { readonly path: string; remove(): void } => {
  const directory = mkdtempSync(path.join(tmpdir(), 'console-'));
  return { path: directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
};

/** The service as its users start it, in a process of its own; resolves when it answers. */
export const startService = async (directory: string, { port = 0, jobs = [], keys }: Options = {}): Promise<Service> => {
  const jobsFile = path.join(directory, 'jobs.json');
  writeFileSync(jobsFile, JSON.stringify({ jobs }));
  const data = path.join(directory, 'data');
  mkdirSync(data, { recursive: true });
  if (keys !== undefined) writeFileSync(path.join(data, 'api-keys.json'), keys);
  const args = ['serve', '--json', '--port', String(port), '--handlers', 'test/fixtures/consoleHandlers.mjs'];
  const child = spawn(process.execPath, ['dist/bootstrap/main.js', ...args, ...(jobs.length > 0 ? ['--jobs', jobsFile] : [])], {
    env: { ...process.env, DATA_DIR: data },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2_000);
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { type, http } = JSON.parse(line) as { readonly type: string; readonly http?: { readonly url: string } };
      if (type === 'ServiceStarted' && http) resolve(http.url);
    });
    void ended.then(() => reject(new Error(`the service did not start: ${complaint}`)));
  });
  // It answers before it runs jobs.
  await until('the service is ready', async () => (await fetch(`${url}/readyz`)).ok, readyMs);
  const ask = async <T>(method: string, where: string, body?: unknown, key?: string): Promise<T> => {
    const headers = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    };
    const response = await fetch(url + where, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${where}: ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { url, port: Number(new URL(url).port), ask, kill };
};
