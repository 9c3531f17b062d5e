import { afterEach } from 'vitest';
import type { HandlerContext, PublishedEvent } from '../../../src/application/api/types.js';
import type { Storage } from '../../../src/application/ports/storage.js';
import type { SchedulerOptions } from '../../../src/bootstrap/options.js';
import { lazyScheduler, type Scheduler } from '../../../src/bootstrap/scheduler.js';

export type Node = {
  readonly scheduler: Scheduler;
  /** `job#attempt` of every call of a handler. */
  readonly runs: readonly string[];
};
export type Handler = (parameters: unknown, context: HandlerContext) => unknown;
type Handlers = { readonly [jobType: string]: Handler };
type Open = (node: string) => Promise<Storage>;

const opened: Scheduler[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((scheduler) => scheduler.stop({ drainMs: 0 })));
});

/** A node that is not started yet. It is stopped after the test. */
export const openNode = (open: Open, nodeId: string, handlers: Handlers = {}, options: SchedulerOptions = {}): Node => {
  const runs: string[] = [];
  const scheduler = lazyScheduler(() => ({ nodeId, logger: false as const, ...options }), { withPredefined: false, openStorage: open });
  for (const [name, calculator] of Object.entries(options.customSchedules ?? {})) scheduler.customSchedules.set(name, calculator);
  for (const [type, handler] of Object.entries(handlers))
    scheduler.jobHandlers.set(type, (parameters: unknown, context: HandlerContext) => {
      runs.push(`${context.jobName}#${context.attempt}`);
      return handler(parameters, context);
    });
  opened.push(scheduler);
  return { scheduler, runs };
};

export const join = async (open: Open, nodeId: string, handlers: Handlers = {}, options: SchedulerOptions = {}): Promise<Node> => {
  const node = openNode(open, nodeId, handlers, options);
  await node.scheduler.start();
  return node;
};

/** The next event of a type that a node hears of, wherever it was written. */
export const next = (scheduler: Scheduler, type: PublishedEvent['type'], jobName?: string): Promise<PublishedEvent> =>
  new Promise((resolve) => {
    const off = scheduler.on(type, (event) => {
      if (jobName !== undefined && event.jobName !== jobName) return;
      off();
      resolve(event);
    });
  });

export const once = (jobName: string) => ({
  jobName,
  jobType: 'work',
  schedule: { type: 'once' as const, runAt: new Date() },
  backoff: { type: 'constant' as const, delay: 0, jitter: 0 },
});
export const later = { type: 'once' as const, runAt: new Date('2099-01-01T00:00:00Z') };
export const soon = (ms: number) => ({ type: 'once' as const, runAt: new Date(Date.now() + ms) });

/** So many turns of the event loop: enough for whatever needs no waiting. */
export const turns = async (count = 20): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};
