import { beforeEach, expect, it } from 'vitest';
import { type BeatReport, startBeats } from '../../../src/adapters/mongo/cluster/beats.js';
import { type ManualClock, manualClock } from '../../../src/adapters/system/manualClock.js';

const beatMs = 3_000;
const lookMs = 500;
const fenceMs = 12_000;
const vouchedBeats = 20;

let clock: ManualClock;
let sent: { readonly atMs: number; readonly count: number; readonly keys: readonly string[] }[];
let told: (BeatReport & { readonly atMs: number })[];
/** Whether the main thread takes note of what it is told. */
let isListening: boolean;
/** How long the store takes to answer a beat; null where it refuses. */
let answersAfterMs: number | null;

beforeEach(() => {
  clock = manualClock(new Date(0));
  sent = [];
  told = [];
  answersAfterMs = 0;
  isListening = true;
});

const start = (look = async () => [{ _id: 'a', beat: 1, handlerKeys: [] }]) => {
  const beats = startBeats({
    beat: async (count, keys) => {
      sent.push({ atMs: clock.monotonic(), count, keys });
      if (answersAfterMs === null) throw new Error('the store is down');
      const delayMs = answersAfterMs;
      if (delayMs > 0) await new Promise<void>((resolve) => clock.after(delayMs, resolve));
    },
    look,
    tell: (report) => {
      told.push({ ...report, atMs: clock.monotonic() });
      if (isListening) beats.heard();
    },
    clock,
    background: clock,
    beatMs,
    lookMs,
    fenceMs,
    vouchedBeats,
  });
  return beats;
};

const fences = () => told.flatMap((report) => (report.kind === 'fenced' ? [[report.atMs, report.fenced]] : []));

it('beats at once and then at its pace, with a number that grows', async () => {
  start();
  await clock.advance(2 * beatMs);
  expect(sent.map(({ atMs, count }) => [atMs, count])).toEqual([
    [0, 1],
    [beatMs, 2],
    [2 * beatMs, 3],
  ]);
});

it('tells who else is there, and when it asked', async () => {
  start();
  await clock.advance(0);
  expect(told).toContainEqual({
    kind: 'nodes',
    nodes: [{ _id: 'a', beat: 1, handlerKeys: [] }],
    askedAt: 0,
    answeredAt: 0,
    atMs: 0,
  });
});

it('looks who else is there more often than it beats', async () => {
  start();
  await clock.advance(beatMs - 1);
  expect(sent).toHaveLength(1);
  const looks = told.flatMap((report) => (report.kind === 'nodes' ? [report.askedAt] : []));
  expect(looks).toEqual([0, 500, 1_000, 1_500, 2_000, 2_500]);
});

it('tells the others at once what it can run', async () => {
  const beats = start();
  await clock.advance(1_000);
  beats.announce(['x']);
  await clock.advance(beatMs);
  expect(sent.map(({ atMs, keys }) => [atMs, keys])).toEqual([
    [0, []],
    [1_000, ['x']],
    [1_000 + beatMs, ['x']],
  ]);
});

it('what is announced during a beat goes out right after it', async () => {
  answersAfterMs = 500;
  const beats = start();
  beats.announce(['x']);
  await clock.advance(500);
  expect(sent.map(({ atMs, keys }) => [atMs, keys])).toEqual([
    [0, []],
    [500, ['x']],
  ]);
});

it('raises the fence when no beat was answered for so long, and lowers it with the next answer', async () => {
  start();
  await clock.advance(1_000);
  answersAfterMs = null;
  await clock.advance(28_000);
  answersAfterMs = 0;
  await clock.advance(beatMs);
  expect(fences()).toEqual([
    [0, false],
    [fenceMs, true],
    [30_000, false],
  ]);
  expect(told.filter(({ kind }) => kind === 'failed')).toHaveLength(9);
});

it('counts from the sending of the last beat that was answered, not from its answer', async () => {
  answersAfterMs = 2_000;
  start();
  await clock.advance(2_000);
  answersAfterMs = null;
  await clock.advance(20_000);
  expect(fences()).toEqual([
    [2_000, false],
    [fenceMs, true],
  ]);
});

it('does not take an answer that was on its way for longer than the fence for a sign of life', async () => {
  answersAfterMs = fenceMs;
  start();
  await clock.advance(fenceMs - 1);
  answersAfterMs = null;
  await clock.advance(20_000);
  expect(told.map(({ kind }) => kind)).toContain('nodes');
  expect(fences()).toEqual([]);
});

it('a look that fails is told, and raises no fence', async () => {
  start(async () => {
    throw new Error('cannot look');
  });
  await clock.advance(60_000);
  expect(fences()).toEqual([[0, false]]);
  expect(told).toContainEqual({ kind: 'failed', message: 'cannot look', atMs: 0 });
});

it('vouches for a main thread that is held up for a while, gives it up after that, and beats again once it is back', async () => {
  const beats = start();
  isListening = false;
  await clock.advance(100 * beatMs);
  const lastBeatMs = (vouchedBeats - 1) * beatMs;
  expect(sent.at(-1)?.atMs).toBe(lastBeatMs);
  expect(fences()).toEqual([
    [0, false],
    [lastBeatMs + fenceMs, true],
  ]);
  isListening = true;
  beats.heard();
  await clock.advance(beatMs);
  expect(sent).toHaveLength(vouchedBeats + 2);
  expect(fences().at(-1)).toEqual([100 * beatMs, false]);
});

it('is silent once it is stopped', async () => {
  const beats = start();
  await clock.advance(beatMs);
  await beats.stop();
  await clock.advance(60_000);
  expect(sent).toHaveLength(2);
  expect(fences()).toEqual([[0, false]]);
});
