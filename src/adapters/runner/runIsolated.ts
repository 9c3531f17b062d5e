import type { Activity } from '../../application/activity.js';
import type { Background } from '../../application/ports/clock.js';
import type { RunOutcome, RunRequest } from '../../application/ports/runner.js';
import type { Millis } from '../../domain/instant.js';
import { invalid } from './handlerModule.js';
import type { NotStarted } from './thread.js';
import type { ThreadPool } from './threadPool.js';
import { errorOf } from './thrown.js';

/** A manual clock gives a handler in a thread this much real time before virtual time goes on without it. */
const manualClockWaitsMs: Millis = 100;

type Dependencies = { readonly pool: ThreadPool; readonly background: Background; readonly activity: Activity };

export const runIsolated = async (request: RunRequest, dependencies: Dependencies): Promise<RunOutcome> => {
  const { handler, signal } = request;
  if (typeof handler !== 'string')
    return invalid(
      'HANDLER_NOT_A_MODULE',
      'isolation "worker" needs a module: register the path of a file whose default export is the handler, not a function',
    );
  for (;;) {
    if (signal.aborted) return { kind: 'failed', error: errorOf(signal.reason), retryable: true };
    const { outcome, fresh } = await runInThread(handler, request, dependencies);
    if (outcome.kind !== 'notStarted') return outcome;
    // An idle thread may die of what an earlier handler left behind; a new one has no such excuse.
    if (fresh) return { kind: 'failed', error: outcome.error, retryable: true };
  }
};

const runInThread = async (
  module: string,
  request: RunRequest,
  { pool, background, activity }: Dependencies,
): Promise<{ readonly outcome: RunOutcome | NotStarted; readonly fresh: boolean }> => {
  // Loading and terminating end by themselves; a manual clock waits for both.
  const leaveLoading = activity.enter();
  const terminating: (() => void)[] = [];
  const onAbort = (): void => void terminating.push(activity.enter());
  request.signal.addEventListener('abort', onAbort, { once: true });
  let stopWaiting = (): void => undefined;
  let started = false;
  try {
    const { thread, fresh } = pool.take();
    const outcome = await thread.run(module, request, () => {
      started = true;
      stopWaiting = background.after(manualClockWaitsMs, leaveLoading);
    });
    // A module that could not be loaded stays broken in this thread.
    if (started) pool.giveBack(thread);
    else void pool.discard(thread);
    return { outcome, fresh };
  } catch (error) {
    return { outcome: { kind: 'notStarted', error: errorOf(error) }, fresh: true };
  } finally {
    request.signal.removeEventListener('abort', onAbort);
    stopWaiting();
    leaveLoading();
    for (const leave of terminating) leave();
  }
};
