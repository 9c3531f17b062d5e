import { afterEach, it } from 'vitest';
import {
  createScheduler,
  type Handler,
  type ManualClock,
  manualClock,
  type Scheduler,
  type SchedulerOptions,
  type StoreOption,
} from '../../src/bootstrap/index.js';

export const begin = new Date('2026-03-02T08:30:00.000Z');
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** A time of the day on which tests begin, `days` later if given. */
export const time = (text: string, days = 0): Date => new Date(Date.parse(`2026-03-02T${text}Z`) + days * day);

let storeOf: () => StoreOption = () => 'memory';
let isOnServer = false;
/** Has the schedulers of this file opened on another store, a new one for each. */
export const openOn = (next: () => StoreOption, place?: 'on a server'): void => {
  storeOf = next;
  isOnServer = place === 'on a server';
};

/** A test with thousands of runs one after the other, each of which waits for the store: skipped where that is reached over a network. */
export const longIt = (name: string, test: () => Promise<void>): void => it.skipIf(isOnServer)(name, test);

const open: Scheduler[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((scheduler) => scheduler.stop({ drainMs: 0 })));
});

/** A scheduler, in memory unless the file says otherwise, on a manual clock at half past eight; it is stopped after the test. */
export const openScheduler = (options: SchedulerOptions = {}): { readonly scheduler: Scheduler; readonly clock: ManualClock } => {
  const clock = manualClock(begin);
  const scheduler = createScheduler({ store: storeOf(), clock, logger: false, nodeId: 'n1', ...options });
  open.push(scheduler);
  return { scheduler, clock };
};

export const hourly = { type: 'recurring', cronExpression: '0 * * * *' } as const;

/** What a test decides by hand, such as when a handler ends. */
export const deferred = <T = unknown>() => {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};

/** A handler that ends when its signal aborts, with the reason. */
export const untilAborted: Handler = (_, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

/** What a promise was rejected with. */
export const rejection = async (
  promise: Promise<unknown>,
): Promise<Error & { code?: string; issues?: readonly { path: string; message: string }[] }> =>
  promise.then(
    () => {
      throw new Error('it was not refused');
    },
    (error) => error,
  );
