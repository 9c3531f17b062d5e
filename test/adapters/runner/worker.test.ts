import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { background } from '../../../src/adapters/system/background.js';
import type { Artifact } from '../../../src/application/ports/artifacts.js';
import type { ArtifactContent, RunRequest } from '../../../src/application/ports/runner.js';
import { instant } from '../../../src/domain/instant.js';
import type { Json } from '../../../src/domain/json.js';
import { fixture, info, requestOf, runnerOf } from './request.js';

const { runner } = runnerOf();
afterAll(() => runner.close());

const isolated = (name: string, parameters: Json = {}, more: Partial<RunRequest> = {}) =>
  requestOf(fixture(name), { isolation: 'worker', parameters, ...more });

/** A request that is aborted as soon as its handler says that it has begun. */
const abortedWhenBegun = (name: string, parameters: Json = {}) => {
  const abort = new AbortController();
  const onProgress = (): void => abort.abort(Object.assign(new Error('too long'), { name: 'TimeoutError', code: 'TIMEOUT' }));
  return isolated(name, parameters, { signal: abort.signal, onProgress }).request;
};
const timedOut = {
  kind: 'failed',
  error: { name: 'TimeoutError', message: 'too long', code: 'TIMEOUT', stack: expect.any(String) },
  retryable: true,
};

const artifactOf = (content: ArtifactContent, text: string): Artifact => ({
  ...{ artifactId: content.name, organization: 'acme', jobName: 'report', executionId: 'execution-1' },
  ...{ name: content.name, mediaType: content.mediaType, bytes: text.length, sha256: text, createdAt: instant(0) },
});
const keeping: RunRequest['onArtifact'] = async (content) => {
  let text = '';
  for await (const chunk of content.chunks) text += Buffer.from(chunk);
  if (content.name === 'refused.txt') throw new Error('no room');
  return artifactOf(content, text);
};

describe('files of a handler in a thread', () => {
  it('arrive in pieces, several at once', async () => {
    const { request } = isolated('files.mjs', { names: ['a.txt', 'b.txt'] }, { onArtifact: keeping });
    const kept = (name: string) => ({ name, sha256: 'piece 0;piece 1;piece 2;', bytes: 24, createdAt: '1970-01-01T00:00:00.000Z' });
    expect(await runner.run(request)).toMatchObject({ kind: 'completed', result: [kept('a.txt'), kept('b.txt')] });
  });

  it('fail where they cannot be kept, and where their content fails', async () => {
    const refused = isolated('files.mjs', { names: ['refused.txt'] }, { onArtifact: keeping });
    expect(await runner.run(refused.request)).toMatchObject({ kind: 'failed', error: { message: 'no room' } });
    const failing = isolated('files.mjs', { names: ['a.txt'], failAt: 1 }, { onArtifact: keeping });
    expect(await runner.run(failing.request)).toMatchObject({ kind: 'failed', error: { message: 'the content failed' } });
  });

  it('end with the thread', async () => {
    const abort = new AbortController();
    let failed: Promise<unknown> = Promise.resolve();
    const onArtifact: RunRequest['onArtifact'] = (content) => {
      const keep = async () => {
        for await (const chunk of content.chunks) if (chunk.length > 0) abort.abort(new Error('too long'));
        throw new Error('the content came to an end');
      };
      const kept = keep();
      failed = kept.catch((error) => error);
      return kept;
    };
    const { request } = isolated('files.mjs', { names: ['a.txt'], pieces: 1e9 }, { onArtifact, signal: abort.signal });
    expect(await runner.run(request)).toMatchObject({ kind: 'failed', error: { message: 'too long' } });
    expect(await failed).toMatchObject({ message: 'the thread ended before its file did' });
  });
});

describe('a handler in a thread', () => {
  it('gets what one in the process gets, and is heard', async () => {
    const { request, said } = isolated('echo.mjs', { list: [1, null] });
    const { scheduledFor, ...plain } = info;
    expect(await runner.run(request)).toEqual({
      kind: 'completed',
      result: {
        parameters: { list: [1, null] },
        info: plain,
        scheduledFor: new Date(scheduledFor).toISOString(),
        isDate: true,
        aborted: false,
      },
    });
    expect(said).toEqual([
      ['info', 'hello there { n: 1 }'],
      ['error', 'bad'],
      [0.5, 'half way'],
    ]);
  });

  it('has to be a module', async () => {
    expect(await runner.run(requestOf(() => 1, { isolation: 'worker' }).request)).toMatchObject({
      kind: 'failed',
      error: { code: 'HANDLER_NOT_A_MODULE', message: expect.stringContaining('register the path of a file') },
      retryable: false,
    });
    expect(await runner.run(isolated('missing.mjs').request)).toMatchObject({
      error: { code: 'HANDLER_MODULE_MISSING' },
      retryable: false,
    });
  });

  it.each([
    ['nonRetryable', { error: { message: 'no use' }, retryable: false }],
    ['retryAfter', { error: { message: 'later' }, retryable: true, retryAfterMs: 5_000 }],
    ['text', { error: { name: 'Error', message: 'just text' }, retryable: true }],
    ['caused', { error: { name: 'TypeError', stack: expect.stringContaining('[cause] Error: inner') }, retryable: true }],
  ])('fails as it would in the process: %s', async (how, outcome) => {
    expect(await runner.run(isolated('fail.mjs', { how }).request)).toMatchObject({ kind: 'failed', ...outcome });
  });

  it.each([
    ['nothing', undefined],
    ['withFunction', { kept: true }],
    ['ownJson', 'as it says'],
    ['circular', { truncated: true, reason: expect.stringContaining('circular') }],
    ['bigint', { truncated: true, reason: expect.stringContaining('BigInt') }],
  ])('hands over its result as JSON: %s', async (which, result) => {
    const outcome = await runner.run(isolated('oddResult.mjs', { which }).request);
    expect(outcome).toMatchObject({ kind: 'completed', ...(result !== undefined && { result }) });
    if (result === undefined) expect(outcome).toEqual({ kind: 'completed', result: undefined });
  });
});

describe('a handler that talks without end', () => {
  const linesOf = (said: readonly (readonly unknown[])[]) => said.map(([, message]) => String(message));

  it('is heard from time to time: of what nobody had time for, the last is told', async () => {
    const { request, said } = isolated('flood.mjs', { lines: 20_000, words: 20_000 });
    const { runner: unhurried } = runnerOf();
    await unhurried.run(request);
    await unhurried.close();
    const lines = linesOf(said);
    expect(lines.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, i) => `line ${i + 1}`));
    expect(lines[500]).toBe('18500 lines came too fast, and are left out here');
    expect(lines.slice(501, -1)).toEqual(Array.from({ length: 1_000 }, (_, i) => `line ${i + 19_001}`));
    expect(said.at(-1)).toEqual([1, undefined]);
  });

  it('goes on as soon as it is heard, and no line is left out without a word', async () => {
    const { runner: real } = runnerOf({ background });
    const { request, said } = isolated('flood.mjs', { lines: 4_000, pauses: true });
    await real.run(request);
    await real.close();
    const lines = linesOf(said);
    const leftOut = lines.reduce((sum, line) => sum + Number(/^(\d+) lines came too fast/.exec(line)?.[1] ?? 0), 0);
    const told = lines.filter((line) => line.startsWith('line '));
    expect(told.length + leftOut).toBe(4_000);
    expect(told.at(-1)).toBe('line 4000');
    expect(told.map((line) => Number(line.slice(5)))).toEqual(told.map((line) => Number(line.slice(5))).toSorted((a, b) => a - b));
  });
});

describe('when it is aborted', () => {
  it('a handler that blocks its thread is gone', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'spin-')), 'trace');
    expect(await runner.run(abortedWhenBegun('spin.mjs', { file }))).toEqual(timedOut);
    const { size } = statSync(file);
    await runner.run(isolated('echo.mjs').request);
    expect(statSync(file).size).toBe(size);
  });

  it('a handler that waits is gone as well', async () => {
    expect(await runner.run(abortedWhenBegun('waitForAbort.mjs'))).toEqual(timedOut);
  });

  it('before it began, the handler is not called', async () => {
    const { request, said } = isolated('echo.mjs', {}, { signal: AbortSignal.abort(new Error('not now')) });
    expect(await runner.run(request)).toMatchObject({ kind: 'failed', error: { message: 'not now' }, retryable: true });
    expect(said).toEqual([]);
  });
});

describe('a thread that dies', () => {
  it.each([0, 3])('by process.exit(%i) is a failure', async (code) => {
    const message = `the worker thread ended with exit code ${code} before the handler did`;
    expect(await runner.run(isolated('exit.mjs', { code }).request)).toEqual({
      kind: 'failed',
      error: { name: 'WorkerExited', message, code: 'WORKER_EXITED' },
      retryable: true,
    });
  });

  it('of hunger is a failure, and nothing else', async () => {
    const small = runnerOf({ workerMemoryMb: 16 }).runner;
    expect(await small.run(isolated('hoard.mjs').request)).toMatchObject({
      kind: 'failed',
      error: { code: 'ERR_WORKER_OUT_OF_MEMORY', message: expect.stringContaining('memory limit') },
      retryable: true,
    });
    await small.close();
  });

  it('of an error that nobody caught is a failure', async () => {
    expect(await runner.run(isolated('throwLater.mjs', { returns: false }).request)).toMatchObject({
      kind: 'failed',
      error: { message: 'the worker thread crashed: nobody was looking' },
      retryable: true,
    });
  });

  it('while idle does no harm to the next handler', async () => {
    const { runner } = runnerOf();
    expect(await runner.run(isolated('throwLater.mjs', { returns: true }).request)).toMatchObject({ result: 'done' });
    // The main thread is kept busy, so that it hears of the death only after it has taken the thread for the next run.
    for (const until = performance.now() + 30; performance.now() < until; );
    expect(await runner.run(isolated('count.mjs').request)).toEqual({ kind: 'completed', result: 1 });
    await runner.close();
  });
});

describe('threads', () => {
  const runsOf = async (of: ReturnType<typeof runnerOf>) => of.runner.run(isolated('count.mjs').request);

  it('are used again, and end after a few idle seconds', async () => {
    const own = runnerOf();
    expect(await runsOf(own)).toMatchObject({ result: 1 });
    await own.time.advance(4_000);
    expect(await runsOf(own)).toMatchObject({ result: 2 });
    await own.time.advance(6_000);
    expect(await runsOf(own)).toMatchObject({ result: 1 });
    await own.runner.close();
  });

  it('are as many as there are runs', async () => {
    const own = runnerOf();
    expect(await Promise.all([runsOf(own), runsOf(own), runsOf(own)])).toEqual(Array(3).fill({ kind: 'completed', result: 1 }));
    await own.runner.close();
  });

  it('end when the runner is closed, also those that run', async () => {
    const own = runnerOf();
    let close = Promise.resolve();
    const { request } = isolated('waitForAbort.mjs', {}, { onProgress: () => (close = own.runner.close()) });
    expect(await own.runner.run(request)).toMatchObject({ kind: 'failed', retryable: true });
    await close;
    expect(await runsOf(own)).toMatchObject({ kind: 'failed', error: { message: 'the runner is closed' }, retryable: true });
  });
});

describe('a manual clock', () => {
  it('waits for a thread to start and a short handler in it, and goes on past one that hangs', async () => {
    const { runner, time, activity } = runnerOf({ background });
    const detach = time.attach(activity);
    const ended: unknown[] = [];
    const start = (name: string): void => {
      const abort = new AbortController();
      activity.handlerBegan();
      time.after(300_000, () => abort.abort(new Error('time-out')));
      void runner.run(isolated(name, {}, { signal: abort.signal }).request).then((outcome) => {
        activity.handlerEnded();
        ended.push([time.monotonic(), outcome.kind]);
      });
    };
    time.after(1_000, () => start('echo.mjs'));
    time.after(2_000, () => start('waitForAbort.mjs'));
    time.after(10_000, () => undefined);
    await time.advance(3_600_000);
    expect(ended).toEqual([
      [1_000, 'completed'],
      [302_000, 'failed'],
    ]);
    detach();
    await runner.close();
  });
});
