import { memoryArtifacts } from '../../src/adapters/artifacts/memory.js';
import { openMemory } from '../../src/adapters/memory/index.js';
import { noLog } from '../../src/adapters/pino/noLog.js';
import { createRunner } from '../../src/adapters/runner/index.js';
import { background } from '../../src/adapters/system/background.js';
import { ids } from '../../src/adapters/system/ids.js';
import { Activity } from '../../src/application/activity.js';
import { alone } from '../../src/application/cluster/alone.js';
import { JobHandlers } from '../../src/application/handlers.js';
import { Listeners } from '../../src/application/listeners.js';
import type { Clock } from '../../src/application/ports/clock.js';
import type { Membership } from '../../src/application/ports/membership.js';
import type { HandlerRef } from '../../src/application/ports/runner.js';
import type { Storage } from '../../src/application/ports/storage.js';
import { type ManualClock, manualClock } from '../../src/bootstrap/index.js';
import type { Parts } from '../../src/bootstrap/parts.js';
import { Runtime } from '../../src/bootstrap/runtime.js';
import { createTimetable } from '../../src/bootstrap/timetable.js';
import { begin } from './opened.js';

/** A memory that outlives the nodes which use it. */
export const sharedMemory = (): Storage => ({ ...openMemory({ node: 'nobody' }), close: async () => {} });

type Given = Partial<Parts> & {
  readonly node?: string;
  readonly membership?: Membership;
  readonly handlersByName?: { readonly [name: string]: HandlerRef };
};

/** The parts of one node on a manual clock, and what a test may want to have in hand. */
export const partsOf = ({ node = 'n1', handlersByName = {}, membership = alone(node).membership, ...given }: Given = {}): Parts => {
  const clock: Clock = given.clock ?? manualClock(begin);
  const activity = new Activity();
  const handlers = given.handlers ?? new JobHandlers();
  for (const [name, handler] of Object.entries(handlersByName)) handlers.set(name, handler);
  if ('attach' in clock) (clock as ManualClock).attach(activity);
  const { calendar, input } = createTimetable(new Map());
  const storage = { ...(given.storage ?? sharedMemory()), membership };
  return {
    clock,
    background,
    ids,
    log: noLog,
    calendar,
    input,
    runner: createRunner({ background, activity }),
    activity,
    handlers,
    limits: { concurrency: 50, jobTypes: {}, organizations: {}, weights: {} },
    quotas: { jobsOf: {}, chain: null },
    listeners: new Listeners((error) => {
      throw error;
    }),
    broker: null,
    notifications: null,
    artifacts: memoryArtifacts(clock),
    memory: { forget: async () => undefined },
    ...given,
    storage,
  };
};

/** A node that has caught up with its storage; `start` has it run jobs. */
export const openNode = async (given: Given = {}) => {
  const parts = partsOf(given);
  const runtime = new Runtime(parts, undefined);
  await runtime.catchUp();
  return { runtime, parts, clock: parts.clock as ManualClock, jobs: runtime.jobs('default'), handlers: parts.handlers };
};
