import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type ManualClock, manualClock } from '../../../src/adapters/system/manualClock.js';
import { Quiet } from '../../../src/adapters/system/quiet.js';
import { Activity } from '../../../src/application/activity.js';

const start = new Date('2026-01-01T00:00:00Z');
const day = 86_400_000;

/** What happened, each with the milliseconds since the start at which it did. */
const diaryOf = (clock: ManualClock) => {
  const lines: string[] = [];
  return { lines, note: (what: string) => void lines.push(`${clock.monotonic()} ${what}`) };
};

const clockWith = (activity: Activity): ManualClock => {
  const clock = manualClock(start);
  clock.attach(activity);
  return clock;
};

const never = new Promise<never>(() => undefined);
const realPause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

describe('time', () => {
  it('stands still until it is moved', async () => {
    const clock = manualClock(start);
    expect([clock.now(), clock.monotonic()]).toEqual([start.getTime(), 0]);
    await clock.advance(1_500);
    expect([clock.now(), clock.monotonic()]).toEqual([start.getTime() + 1_500, 1_500]);
    await clock.advanceTo(new Date('2026-01-02T00:00:00Z'));
    expect(clock.now()).toBe(start.getTime() + day);
  });

  it('is moved by calls that overlap one after the other', async () => {
    const clock = manualClock(start);
    const { lines, note } = diaryOf(clock);
    clock.after(1_000, () => note('first'));
    clock.after(2_000, () => note('second'));
    await Promise.all([clock.advance(1_000).then(() => note('moved')), clock.advance(1_000).then(() => note('moved again'))]);
    expect(lines).toEqual(['1000 first', '1000 moved', '2000 second', '2000 moved again']);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '5' as unknown as number, 1e16])('is not moved by %s', async (ms) => {
    const clock = manualClock(start);
    await expect(clock.advance(ms)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await clock.advance(1);
    expect(clock.monotonic()).toBe(1);
  });

  it('does not go back, nor to what is no date', async () => {
    const clock = manualClock(start);
    await clock.advanceTo(start);
    await expect(clock.advanceTo(new Date(start.getTime() - 1))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(clock.advanceTo(new Date('nonsense'))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(() => manualClock(new Date('nonsense'))).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('goes through a year of daily wake-ups, each with some real I/O, in well under a second', async () => {
    const activity = new Activity();
    const clock = clockWith(activity);
    let runs = 0;
    const run = async (): Promise<void> => {
      runs++;
      await activity.during(new Promise((resolve) => void setImmediate(resolve)));
      clock.after(day, () => void run());
    };
    clock.after(day, () => void run());
    const startedAt = performance.now();
    await clock.advance(365 * day);
    expect(runs).toBe(365);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

describe('timers', () => {
  it('go off in the order of their instants, then of their making, each at its own instant', async () => {
    const clock = manualClock(start);
    const { lines, note } = diaryOf(clock);
    clock.after(20, () => note('b'));
    clock.after(10, () => note('a'));
    clock.after(20, () => note('c'));
    clock.after(20.5, () => note('d'));
    clock.after(31, () => note('too late'));
    await clock.advance(30);
    expect(lines).toEqual(['10 a', '20 b', '20 c', '21 d']);
  });

  it('may make timers, also for now', async () => {
    const clock = manualClock(start);
    const { lines, note } = diaryOf(clock);
    clock.after(10, () => {
      clock.after(5, () => note('five later'));
      clock.after(0, () => note('at once'));
    });
    clock.after(12, () => note('between'));
    await clock.advance(100);
    expect(lines).toEqual(['10 at once', '12 between', '15 five later']);
  });

  it('are stopped also by one that goes off at the same instant', async () => {
    const clock = manualClock(start);
    const { lines, note } = diaryOf(clock);
    clock.after(10, () => stop());
    const stop = clock.after(10, () => note('stopped'));
    await clock.advance(10);
    stop();
    expect(lines).toEqual([]);
  });

  it('that ask for now without end are an error', async () => {
    const clock = manualClock(start);
    const again = (): void => void clock.after(0, again);
    again();
    await expect(clock.advance(1)).rejects.toThrow('something wakes up without end at 2026-01-01T00:00:00.000Z');
  });

  it('that throw make the call fail that moved time, and no other', async () => {
    const clock = manualClock(start);
    const { lines, note } = diaryOf(clock);
    clock.after(5, () => {
      throw new Error('broken');
    });
    clock.after(5, () => note('the next'));
    await expect(clock.advance(10)).rejects.toThrow('broken');
    await clock.advance(10);
    expect(lines).toEqual(['5 the next']);
  });
});

describe('what is under way', () => {
  it('is waited for before time moves on, however long it really takes', async () => {
    const activity = new Activity();
    const clock = clockWith(activity);
    const { lines, note } = diaryOf(clock);
    clock.after(10, () => void activity.during(realPause(60)).then(() => note('saved')));
    clock.after(11, () => note('next'));
    await clock.advance(20);
    expect(lines).toEqual(['10 saved', '11 next']);
  });

  it('is waited for also where one operation leads to the next in a later turn', async () => {
    const activity = new Activity();
    const clock = clockWith(activity);
    const { lines, note } = diaryOf(clock);
    clock.after(10, async () => {
      for (let i = 0; i < 5; i++) {
        await activity.during(realPause(1));
        await new Promise((resolve) => void setImmediate(resolve));
      }
      note('saved');
    });
    clock.after(11, () => note('next'));
    await clock.advance(20);
    expect(lines).toEqual(['10 saved', '11 next']);
  });

  it('is waited for before the first move, and in every scheduler', async () => {
    const [one, other] = [new Activity(), new Activity()];
    const clock = clockWith(one);
    clock.attach(other);
    const { lines, note } = diaryOf(clock);
    void one.during(realPause(5)).then(() => note('one'));
    void other.during(realPause(10)).then(() => note('other'));
    await clock.advance(20);
    expect(lines).toEqual(['0 one', '0 other']);
  });

  it('is not waited for in a scheduler that has been detached', async () => {
    const activity = new Activity();
    const clock = manualClock(start);
    const detach = clock.attach(activity);
    void activity.during(never);
    detach();
    await clock.advance(20);
    expect(clock.monotonic()).toBe(20);
  });

  it('is given up for in the end, with an error that says so', async () => {
    const activity = new Activity();
    const quiet = new Quiet(50);
    quiet.attach(activity);
    void activity.during(never);
    await expect(quiet.settle()).rejects.toThrow(/time cannot move on: .* 1 operations under way/);
  });
});

describe('handlers', () => {
  const handle = async (activity: Activity, work: () => Promise<unknown>): Promise<void> => {
    activity.handlerBegan();
    await work();
    activity.handlerEnded();
  };

  it('end at the instant at which they began, with short I/O of their own', async () => {
    const activity = new Activity();
    const clock = clockWith(activity);
    const { lines, note } = diaryOf(clock);
    clock.after(10, () => void handle(activity, () => readFile(new URL(import.meta.url))).then(() => note('done')));
    clock.after(11, () => note('next'));
    await clock.advance(20);
    expect(lines).toEqual(['10 done', '11 next']);
  });

  it('that stay unsettled do not hold up time, so that their time-out comes', async () => {
    const activity = new Activity();
    const clock = clockWith(activity);
    const { lines, note } = diaryOf(clock);
    clock.after(1_000, () => {
      let end = (): void => undefined;
      void handle(activity, () => new Promise<void>((resolve) => (end = resolve))).then(() => note('aborted'));
      clock.after(300_000, () => end());
    });
    await clock.advance(day);
    expect(lines).toEqual(['301000 aborted']);
  });

  it('get their moment beside one that hangs for a thousand wake-ups', async () => {
    const activity = new Activity();
    const clock = clockWith(activity);
    const { lines, note } = diaryOf(clock);
    void handle(activity, () => never);
    for (let i = 1; i <= 1_000; i++) clock.after(i, () => undefined);
    clock.after(500.5, () => void handle(activity, () => readFile(new URL(import.meta.url))).then(() => note('done')));
    const startedAt = performance.now();
    await clock.advance(1_000);
    expect(lines).toEqual(['501 done']);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('may move the clock themselves', async () => {
    const activity = new Activity();
    const clock = clockWith(activity);
    const { lines, note } = diaryOf(clock);
    clock.after(10, () => void handle(activity, () => clock.advance(5)).then(() => note('done')));
    await clock.advance(20);
    await clock.advance(0);
    expect(lines).toEqual(['25 done']);
  });
});
