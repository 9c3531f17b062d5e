import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportLog } from '../../src/application/audit/exportLog.js';
import { importLog } from '../../src/application/audit/importLog.js';
import { StoreUnavailable } from '../../src/application/ports/eventStore.js';
import type { Storage } from '../../src/application/ports/storage.js';
import { codec } from '../../src/bootstrap/codec.js';
import { SchedulerError } from '../../src/bootstrap/index.js';
import { openNode, sharedMemory } from './node.js';
import { hour, hourly, rejection } from './opened.js';

async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** The log of two jobs that have run a few times. */
const exported = async (): Promise<readonly string[]> => {
  const storage = sharedMemory();
  const { runtime, jobs, clock } = await openNode({ storage, handlersByName: { work: () => 'done' } });
  await runtime.start();
  for (const jobName of ['one', 'two']) await jobs.scheduleJob({ jobName, jobType: 'work', schedule: hourly } as never);
  await clock.advance(3 * hour);
  await runtime.stop(0);
  const lines: string[] = [];
  for await (const line of exportLog(storage.store, codec, null)) lines.push(line);
  return lines;
};

const held = async ({ store }: Storage): Promise<number> => {
  const streams = await store.streams(null, 100);
  return (await Promise.all(streams.map((stream) => store.read(stream, 0)))).flat().length;
};

describe('an import that fails half-way', () => {
  it('leaves nothing of the job that is wrong, and says what it has left, and how to go on', async () => {
    const lines = await exported();
    const storage = sharedMemory();
    const refused = await rejection(importLog(storage.store, codec, linesOf([...lines.slice(0, -2), '{"commitId":"x"}'])));
    const ofOne = lines.filter((line) => line.includes('"stream":"default/one"')).length;
    expect(refused.code).toBe('INVALID_ARGUMENT');
    expect(refused.message).toContain(`line ${lines.length - 1} has no stream`);
    expect(refused.message).toContain(`${ofOne} commits are in the store; remove its directory or database`);
    expect(await held(storage)).toBe(ofOne);
  });

  it('knows that it was cut off at the end of a line', async () => {
    const lines = await exported();
    for (const [kept, why] of [
      [lines.slice(0, -1), 'was cut off after'],
      [lines.slice(0, 2), 'was cut off after line 2'],
      [lines.toSpliced(-2, 1), 'where its last line says'],
    ] as const)
      expect((await rejection(importLog(sharedMemory().store, codec, linesOf(kept)))).message).toContain(why);
  });

  it('leaves nothing at all where the first job is wrong', async () => {
    const lines = await exported();
    const storage = sharedMemory();
    const refused = await rejection(importLog(storage.store, codec, linesOf([...lines.slice(0, 2), ...lines.slice(3)])));
    expect(refused.message).toContain('line 3 does not follow');
    expect(refused.message).not.toContain('in the store');
    expect(await held(storage)).toBe(0);
  });

  it('says so too where the store goes away', async () => {
    const lines = await exported();
    const { store } = sharedMemory();
    let appends = 0;
    const failing: typeof store = {
      append: (request) => (++appends > 3 ? Promise.reject(new StoreUnavailable('the disk is full')) : store.append(request)),
      read: (stream, after) => store.read(stream, after),
      redact: (stream, below) => store.redact(stream, below),
      streams: (after, limit) => store.streams(after, limit),
    };
    const refused = await rejection(importLog(failing, codec, linesOf(lines)));
    expect(refused).toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('the disk is full. 3 commits are in the store'),
    });
  });

  it('is refused for events that tell of no job: what was written could not be read', async () => {
    const [header = '', first = ''] = await exported();
    const storage = sharedMemory();
    const without = JSON.parse(first);
    delete without.events[0].definition;
    const refused = await rejection(importLog(storage.store, codec, linesOf([header, JSON.stringify(without)])));
    expect(refused).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('lines 2 to 2 do not tell of a job') });
    expect(await held(storage)).toBe(0);
  });
});

it('whatever is imported, it is a log that is intact afterwards, or refused', async () => {
  const lines = await exported();
  const damage = fc.oneof(
    fc.tuple(fc.nat(lines.length - 1), fc.jsonValue()).map(([at, value]) => lines.with(at, JSON.stringify(value))),
    fc.tuple(fc.nat(lines.length - 1), fc.nat(300), fc.string({ unit: 'binary', maxLength: 5 })).map(([at, from, text]) => {
      const line = lines[at] ?? '';
      return lines.with(at, line.slice(0, from) + text + line.slice(from + text.length));
    }),
    fc.nat(lines.length - 1).map((at) => lines.toSpliced(at, 1)),
    fc.nat(lines.length - 1).map((at) => lines.toSpliced(at, 0, lines[at] ?? '')),
    fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }),
  );
  await fc.assert(
    fc.asyncProperty(damage, async (given) => {
      const storage = sharedMemory();
      try {
        await importLog(storage.store, codec, linesOf(given));
      } catch (error) {
        if (!(error instanceof SchedulerError)) throw error;
      }
      // What is in the store, a node can open and check.
      const { runtime } = await openNode({ storage });
      const { problems } = await runtime.verify();
      expect(problems.filter(({ kind }) => kind !== 'occurrence')).toEqual([]);
      await runtime.stop(0);
    }),
    { seed: 20260302, numRuns: 60 },
  );
});
