import { describe, expect, it } from 'vitest';
import { noLog } from '../../src/adapters/pino/noLog.js';
import { VirtualTimers } from '../../src/adapters/system/virtualTimers.js';
import type { Clock } from '../../src/application/ports/clock.js';
import type { Logger } from '../../src/application/ports/logger.js';
import { type Notice, type NoticeMessage, NotifierFailed } from '../../src/application/ports/notifier.js';
import { Outbox } from '../../src/application/subscribers/notifications/outbox.js';
import { instant } from '../../src/domain/instant.js';

const windowMs = 60_000;

const notice = (n: number): Notice => ({
  id: `commit-${n}.0`,
  kind: 'failed',
  organization: 'default',
  jobName: `job-${n % 7}`,
  jobType: 'print',
  at: instant(n),
  executionId: `execution-${n}`,
  attempt: 3,
  maxAttempts: 3,
  cause: 'error',
  error: { name: 'Error', message: 'x'.repeat(1_000) },
  failuresInARow: 1,
  retryAt: null,
  nextRunAt: null,
  missed: null,
});

type Sent = { readonly to: string; readonly message: NoticeMessage };

/** An outbox whose time moves when the test says so, and whose way out works, fails or hangs as the test says. */
const world = (mark: string | null = null) => {
  const timers = new VirtualTimers();
  let now = 1_000_000;
  let answer: (message: NoticeMessage, signal: AbortSignal) => Promise<void> = async () => {};
  const sent: Sent[] = [];
  const lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];
  const log: Logger = {
    ...noLog,
    warn: (fields, message) => void lines.push({ level: 'warn', fields, message }),
    error: (fields, message) => void lines.push({ level: 'error', fields, message }),
  };
  const after: Clock['after'] = (delay, callback) => timers.add(now + delay, callback);
  const clock: Clock = {
    longestSleepMs: 30_000,
    now: () => instant(now),
    monotonic: () => now,
    after,
    at: (due, callback) => timers.add(due, callback),
  };
  let settled = 0;
  const outbox = new Outbox({
    notifier: {
      send: async (to, message, signal) => {
        await answer(message, signal);
        sent.push({ to: to.kind === 'mail' ? to.address : to.kind, message });
      },
    },
    clock,
    background: { after },
    log,
    windowMs,
    onSettled: () => void settled++,
  });
  outbox.restore(mark);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    outbox,
    sent,
    lines,
    get settled() {
      return settled;
    },
    answers: (given: typeof answer) => {
      answer = given;
    },
    advance: async (ms: number) => {
      const end = now + ms;
      await turn();
      for (let next = timers.earliest(); next !== null && next <= end; next = timers.earliest()) {
        now = Math.max(now, next);
        timers.fire(now);
        await turn();
      }
      now = end;
    },
  };
};

const down = async (): Promise<void> => {
  throw new NotifierFailed('the mail server is away', false);
};

describe('the way to a recipient', () => {
  it('is taken at once, and then once a window', async () => {
    const { outbox, sent, advance } = world();
    for (let n = 1; n <= 500; n++) outbox.add('ops@example.com', notice(n), n);
    await advance(0);
    expect(sent.map(({ message }) => message.total)).toEqual([1]);
    await advance(windowMs);
    expect(sent.map(({ message }) => [message.total, message.notices.length, message.jobs])).toEqual([
      [1, 1, 1],
      [499, 20, 7],
    ]);
    expect(sent[1]?.message.counts).toEqual({ failed: 499 });
  });

  it('gets rarer while it goes on, and is as before after a quiet time', async () => {
    const { outbox, sent, advance } = world();
    let n = 0;
    for (let minutes = 0; minutes < 24 * 60; minutes++) {
      outbox.add('ops@example.com', notice(++n), n);
      await advance(60_000);
    }
    // 1, 2, 4 … 32 minutes, then an hour.
    expect(sent.length).toBeLessThan(32);
    await advance(3 * 3_600_000);
    const before = sent.length;
    outbox.add('ops@example.com', notice(++n), n);
    await advance(0);
    expect(sent).toHaveLength(before + 1);
    expect(sent.reduce((sum, { message }) => sum + message.total, 0)).toBe(n);
  });

  it('outlasts an outage: the same message is sent again, what comes meanwhile is collected', async () => {
    const { outbox, sent, lines, advance, answers } = world();
    const keys: string[] = [];
    answers(async ({ key }) => {
      keys.push(key);
      await down();
    });
    outbox.add('ops@example.com', notice(1), 1);
    await advance(10 * 60_000);
    for (let n = 2; n <= 100; n++) outbox.add('ops@example.com', notice(n), n);
    expect(sent).toEqual([]);
    expect(new Set(keys)).toEqual(new Set(['commit-1.0-1']));
    expect(lines).toHaveLength(1);
    expect(outbox.oldest).toBe(1);
    answers(async () => {});
    await advance(10 * 60_000);
    expect(sent.map(({ message }) => message.total)).toEqual([1, 99]);
    expect(outbox.oldest).toBeNull();
  });

  it('is given up after a limit, with a line that says what was lost', async () => {
    const { outbox, sent, lines, advance, answers } = world();
    answers(down);
    outbox.add('ops@example.com', notice(1), 1);
    await advance(3 * 3_600_000);
    expect(lines.map(({ message }) => message)).toEqual(['a notification could not be delivered; trying again', 'a notification was lost']);
    expect(lines[1]).toMatchObject({
      level: 'error',
      fields: { recipient: 'ops@example.com', total: 1, events: ['failed default/job-1 commit-1.0'] },
    });
    expect(outbox.oldest).toBeNull();
    answers(async () => {});
    outbox.add('ops@example.com', notice(2), 2);
    await advance(windowMs);
    expect(sent).toHaveLength(1);
  });

  it('is not tried again where that is of no use, and its secrets stay out of the log', async () => {
    const { outbox, lines, advance, answers } = world();
    let sends = 0;
    answers(async () => {
      sends++;
      throw new NotifierFailed('410', true);
    });
    outbox.add('webhook:https://hooks.example.com/T0/secret?token=secret', notice(1), 1);
    await advance(3_600_000);
    expect(sends).toBe(1);
    expect(lines).toMatchObject([{ level: 'error', fields: { recipient: 'webhook:https://hooks.example.com' } }]);
  });

  it('does not hang: a send without an answer is broken off', async () => {
    const { outbox, lines, advance, answers } = world();
    answers((_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))));
    outbox.add('ops@example.com', notice(1), 1);
    await advance(59_000);
    expect(lines).toEqual([]);
    await advance(2_000);
    expect(lines).toMatchObject([{ message: 'a notification could not be delivered; trying again' }]);
  });

  it('does not hold up the ways to others', async () => {
    const { outbox, sent, advance, answers } = world();
    answers(({ notices: [{ jobName }] }) => (jobName === 'job-1' ? down() : Promise.resolve()));
    outbox.add('away@example.com', notice(1), 1);
    outbox.add('ops@example.com', notice(2), 2);
    await advance(0);
    expect(sent.map(({ to }) => to)).toEqual(['ops@example.com']);
  });
});

describe('what is kept for the next start', () => {
  it('is who had what: nothing comes twice, and a window goes on', async () => {
    const first = world();
    first.outbox.add('ops@example.com', notice(1), 1);
    first.outbox.add('ada@example.com', notice(1), 1);
    await first.advance(0);
    first.outbox.add('ops@example.com', notice(2), 2);
    expect(first.outbox.oldest).toBe(2);

    const second = world(first.outbox.kept(1));
    for (const n of [1, 2]) for (const to of ['ops@example.com', 'ada@example.com']) second.outbox.add(to, notice(n), n);
    await second.advance(0);
    expect(second.sent).toEqual([]);
    await second.advance(windowMs);
    expect(second.sent.map(({ to, message }) => [to, message.notices.map(({ id }) => id)])).toEqual([
      ['ops@example.com', ['commit-2.0']],
      ['ada@example.com', ['commit-2.0']],
    ]);
  });

  it.each(['', '{', 'null', '[]', '{"x":1}', '{"ops@example.com":["a"]}'])('may be damaged: %j', async (mark) => {
    const { outbox, sent, advance } = world(mark);
    outbox.add('ops@example.com', notice(1), 1);
    await advance(windowMs);
    expect(sent).toHaveLength(1);
  });
});

it('memory is bounded, whomever jobs name', async () => {
  const { outbox, lines, advance, answers } = world();
  answers(() => new Promise(() => undefined));
  for (let n = 1; n <= 1_500; n++) outbox.add(`r${n}@example.com`, notice(n), n);
  await advance(0);
  expect(lines).toHaveLength(500);
  expect(lines[0]).toMatchObject({ level: 'error', message: 'a notification was lost' });
});
