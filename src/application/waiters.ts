import { SchedulerError } from '../domain/errors.js';
import type { Commits, Committed } from './commits.js';
import type { ExecutionRow } from './ports/readModels.js';

type Waiter = { readonly resolve: (row: ExecutionRow) => void; readonly reject: (error: SchedulerError) => void };

/** Callers that wait for an execution to end. */
export class Waiters {
  readonly #waiting = new Map<string, Set<Waiter>>();

  constructor(commits: Commits) {
    commits.on((committed) => this.#onCommitted(committed));
  }

  /** Resolves with the history entry once the execution is over. Ask before the command that may end it. */
  finished(executionId: string): { readonly promise: Promise<ExecutionRow>; readonly abandon: () => void } {
    const waiters = this.#waiting.get(executionId) ?? new Set<Waiter>();
    this.#waiting.set(executionId, waiters);
    let abandon = (): void => undefined;
    const promise = new Promise<ExecutionRow>((resolve, reject) => {
      const waiter = { resolve, reject };
      waiters.add(waiter);
      abandon = () => {
        waiters.delete(waiter);
        if (waiters.size === 0) this.#waiting.delete(executionId);
      };
    });
    promise.catch(() => undefined);
    return { promise, abandon };
  }

  waitsFor(executionId: string): boolean {
    return this.#waiting.has(executionId);
  }

  /** Nobody will answer any more. */
  rejectAll(error: SchedulerError): void {
    for (const executionId of [...this.#waiting.keys()]) this.#settle(executionId, (w) => w.reject(error));
  }

  #onCommitted({ commit, executions }: Committed): void {
    if (this.#waiting.size === 0) return;
    for (const row of executions) if (isOver(row)) this.#settle(row.executionId, (w) => w.resolve(row));
    if (!commit.events.some((e) => e.type === 'JobDeleted')) return;
    for (const event of commit.events)
      if (event.type === 'ExecutionCancelled')
        this.#settle(event.executionId, (w) =>
          w.reject(new SchedulerError('JOB_DELETED', `${commit.stream} was deleted while its run was waited for`)),
        );
  }

  #settle(executionId: string, settle: (waiter: Waiter) => void): void {
    const waiters = this.#waiting.get(executionId);
    this.#waiting.delete(executionId);
    for (const waiter of waiters ?? []) settle(waiter);
  }
}

export const isOver = ({ status }: ExecutionRow): boolean => status === 'completed' || status === 'failed' || status === 'cancelled';
