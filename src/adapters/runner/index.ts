import type { Activity } from '../../application/activity.js';
import type { Background } from '../../application/ports/clock.js';
import type { Runner, RunOutcome, RunRequest } from '../../application/ports/runner.js';
import { callHandler } from './callHandler.js';
import { type HandlerFunction, loadHandler } from './handlerModule.js';
import { runIsolated } from './runIsolated.js';
import { ThreadPool } from './threadPool.js';

type Options = {
  readonly background: Background;
  /** Loading modules and starting threads are operations, so that a manual clock waits for them. */
  readonly activity: Activity;
  /** Heap of one worker thread in MiB; a handler that needs more fails, and nothing else. */
  readonly workerMemoryMb?: number;
};

const defaultWorkerMemoryMb = 512;

export const createRunner = ({ background, activity, workerMemoryMb = defaultWorkerMemoryMb }: Options): Runner => {
  const pool = new ThreadPool({ background, memoryMb: workerMemoryMb });
  return {
    run: (request) =>
      request.isolation === 'worker' ? runIsolated(request, { pool, background, activity }) : runInline(request, activity),
    close: () => pool.close(),
  };
};

const runInline = (request: RunRequest, activity: Activity): Promise<RunOutcome> => {
  const { handler, parameters, info } = request;
  return typeof handler === 'function'
    ? callHandler(handler as HandlerFunction, parameters, info, request)
    : runModule(handler, request, activity);
};

const runModule = async (path: string, request: RunRequest, activity: Activity): Promise<RunOutcome> => {
  const loaded = await activity.during(loadHandler(path));
  return loaded.ok ? callHandler(loaded.handler, request.parameters, request.info, request) : loaded.outcome;
};
