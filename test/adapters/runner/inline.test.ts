import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fixture, info, requestOf, runnerOf } from './request.js';

const { runner } = runnerOf();

describe('a function', () => {
  it('gets its parameters and its context', async () => {
    let got: unknown;
    const signal = new AbortController().signal;
    const handler = (parameters: unknown, context: { signal: AbortSignal }) => {
      got = { parameters, context: { ...context, signal: context.signal } };
      return { sent: 3 };
    };
    const { request } = requestOf(handler, { parameters: { to: 'x' }, signal });
    expect(await runner.run(request)).toEqual({ kind: 'completed', result: { sent: 3 } });
    expect(got).toEqual({
      parameters: { to: 'x' },
      context: {
        artifact: expect.any(Function),
        ...info,
        scheduledFor: new Date('2026-01-01T09:00:00Z'),
        signal,
        log: { debug: expect.any(Function), info: expect.any(Function), warn: expect.any(Function), error: expect.any(Function) },
        progress: expect.any(Function),
      },
    });
  });

  it('reports progress and writes to its log, whatever it writes', async () => {
    const unprintable = {
      get [Symbol.toStringTag]() {
        throw new Error('no');
      },
    };
    const handler = (
      _: unknown,
      { log, progress }: { log: Record<string, (...args: unknown[]) => void>; progress: (n: number, m?: string) => void },
    ) => {
      log.debug?.('plain %s');
      log.info?.('%d of %d', 1, 2);
      log.warn?.(new RangeError('an error'));
      log.error?.(unprintable, Symbol('s'), null);
      progress(0.25);
      progress(1, 'done');
    };
    const { request, said } = requestOf(handler);
    expect(await runner.run(request)).toEqual({ kind: 'completed', result: undefined });
    expect(said).toEqual([
      ['debug', 'plain %s'],
      ['info', '1 of 2'],
      ['warn', expect.stringContaining('RangeError: an error')],
      ['error', expect.any(String)],
      [0.25, undefined],
      [1, 'done'],
    ]);
  });

  it('may change its parameters without changing what is stored', async () => {
    const parameters = JSON.parse('{"list":[1,{"deep":true}],"__proto__":{"polluted":1},"n":null}');
    const before = JSON.stringify(parameters);
    const handler = (own: { list: unknown[]; added?: string }) => {
      const copied = JSON.stringify(own);
      own.list.push('more');
      (own.list[1] as { deep: boolean }).deep = false;
      own.added = 'yes';
      return copied;
    };
    expect(await runner.run(requestOf(handler, { parameters }).request)).toEqual({ kind: 'completed', result: before });
    expect(JSON.stringify(parameters)).toBe(before);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('hands back its result as it is, success: false included', async () => {
    const result = { success: false, message: 'no' };
    const outcome = await runner.run(requestOf(async () => result).request);
    expect(outcome).toMatchObject({ kind: 'completed' });
    if (outcome.kind === 'completed') expect(outcome.result).toBe(result);
  });
});

describe('a module', () => {
  const completed = { kind: 'completed', result: expect.objectContaining({ parameters: { a: 1 } }) };

  it.each([
    ['an absolute path', fixture('echo.mjs')],
    ['a path from the working directory', relative(process.cwd(), fixture('echo.mjs'))],
    ['a file URL', pathToFileURL(fixture('echo.mjs')).href],
  ])('is found by %s', async (_, handler) => {
    expect(await runner.run(requestOf(handler, { parameters: { a: 1 } }).request)).toEqual(completed);
  });

  it('may be compiled to CommonJS', async () => {
    expect(await runner.run(requestOf(fixture('compiled.cjs')).request)).toEqual({ kind: 'completed', result: 'from CommonJS' });
  });

  it('that is missing fails for good, and says where it was sought', async () => {
    expect(await runner.run(requestOf('./nowhere.mjs').request)).toEqual({
      kind: 'failed',
      error: {
        name: 'HandlerError',
        message: `the handler module ./nowhere.mjs is missing: there is no file ${join(process.cwd(), 'nowhere.mjs')}`,
        code: 'HANDLER_MODULE_MISSING',
      },
      retryable: false,
    });
  });

  it.each(['file://remote.host/x.mjs', 'file:'])('of the URL %s fails for good', async (handler) => {
    expect(await runner.run(requestOf(handler).request)).toMatchObject({ kind: 'failed', retryable: false });
  });

  it('whose default export is no function fails for good', async () => {
    expect(await runner.run(requestOf(fixture('noFunction.mjs')).request)).toMatchObject({
      kind: 'failed',
      error: { message: expect.stringMatching(/default export of the handler module .*noFunction\.mjs is no function/) },
      retryable: false,
    });
  });

  it('that cannot be parsed fails for good; one that throws may be tried again', async () => {
    const broken = join(mkdtempSync(join(tmpdir(), 'handlers-')), 'broken.mjs');
    writeFileSync(broken, 'export default (');
    expect(await runner.run(requestOf(broken, { isolation: 'worker' }).request)).toMatchObject({
      kind: 'failed',
      error: { name: 'SyntaxError', message: expect.stringContaining('broken.mjs cannot be loaded') },
      retryable: false,
    });
    expect(await runner.run(requestOf(fixture('failsToLoad.mjs')).request)).toMatchObject({
      kind: 'failed',
      error: { message: expect.stringContaining('failsToLoad.mjs cannot be loaded: no connection yet') },
      retryable: true,
    });
  });
});
