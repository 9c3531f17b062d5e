import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PublishedEvent } from '../../src/application/api/types.js';
import { createScheduler } from '../../src/bootstrap/index.js';

const kills = 25;
const jobs = 40;
const directory = mkdtempSync(path.join(tmpdir(), 'kill-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

type Witness = { readonly executionId: string; readonly attempt: number; readonly jobName: string; readonly fencingToken: number };

/** Starts the scheduler and calls back for each line it prints. */
const launch = (onLine: (line: string, child: ChildProcess) => void): Promise<NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['test/fixtures/killedScheduler.mjs', directory, String(jobs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    createInterface({ input: child.stdout }).on('line', (line) => onLine(line, child));
    child.on('error', reject);
    child.on('exit', (code, signal) => (code === 0 || signal ? resolve(signal) : reject(new Error(`the scheduler exited with ${code}`))));
  });

/** The moments at which the process dies: while it opens the store, on its first line, or after so many completions. */
const momentOf = (kill: number): number => (kill * 7) % 23;

const events: PublishedEvent[] = [];
let witnesses: readonly Witness[] = [];
let acknowledged: readonly string[] = [];
let verified = { ok: false, problems: [] as readonly unknown[] };
const statuses = new Map<string, string>();

beforeAll(async () => {
  const completed: string[] = [];
  for (let kill = 0; kill < kills; kill++) {
    let left = momentOf(kill);
    const signal = await launch((line, child) => {
      if (line.startsWith('completed')) completed.push(line.split(' ')[2] ?? '');
      if (left-- <= 0) child.kill('SIGKILL');
    });
    expect(signal).toBe('SIGKILL');
  }
  // Once left in peace it finishes what the killed ones began, and stops cleanly.
  let quiet = 60;
  await launch((line, child) => {
    if (line.startsWith('completed') && --quiet === 0) child.kill('SIGTERM');
  });
  acknowledged = completed;
  witnesses = readFileSync(path.join(directory, 'witness.txt'), 'utf8')
    .trim()
    .split('\n')
    .map((line): Witness => JSON.parse(line));
  const scheduler = createScheduler({ store: { directory: path.join(directory, 'store') }, autoStart: false, logger: false });
  for await (const event of scheduler.events()) events.push(event);
  for (const { jobName, status } of await scheduler.getScheduledJobs()) statuses.set(jobName, status);
  verified = await scheduler.verify();
  await scheduler.stop();
}, 120_000);

const startsOf = (): readonly string[] =>
  events.flatMap(({ data }) => (data.type === 'ExecutionStarted' ? [`${data.executionId}#${data.attempt}`] : []));

describe(`an embedded store whose process was killed ${kills} times`, () => {
  it('has an intact log, and read models equal to its replay', () => {
    expect(verified).toMatchObject({ ok: true, problems: [] });
  });

  it('never started an attempt twice, in the log or in the world', () => {
    const runs = witnesses.map(({ executionId, attempt }) => `${executionId}#${attempt}`);
    expect(runs.length).toBeGreaterThan(jobs);
    expect(new Set(runs).size).toBe(runs.length);
    expect(new Set(startsOf()).size).toBe(startsOf().length);
  });

  it('ran nothing without a durable claim', () => {
    const claimed = new Set(startsOf());
    expect(witnesses.filter(({ executionId, attempt }) => !claimed.has(`${executionId}#${attempt}`))).toEqual([]);
  });

  it('kept every completion it had announced', () => {
    const logged = new Set(events.filter((e) => e.type === 'ExecutionCompleted').map((e) => e.sequence));
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.filter((sequence) => !logged.has(sequence))).toEqual([]);
  });

  it('failed the attempts that died with their process as lost, and ran every one-time job to its end', () => {
    const lost = events.filter(({ data }) => data.type === 'ExecutionFailed' && data.cause === 'lost');
    expect(lost.length).toBeGreaterThan(0);
    expect([...statuses].filter(([name]) => Number(name.slice(4)) % 4 !== 0).map(([, status]) => status)).toEqual(
      Array(jobs * 0.75).fill('completed'),
    );
  });

  it('gave fencing tokens that grow with every start of a job', () => {
    const last = new Map<string, number>();
    for (const { jobName, data } of events) {
      if (data.type !== 'ExecutionStarted') continue;
      expect(data.fencingToken).toBeGreaterThan(last.get(jobName) ?? 0);
      last.set(jobName, data.fencingToken);
    }
  });
});
