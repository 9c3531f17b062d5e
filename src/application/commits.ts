import type { Commit } from './ports/eventStore.js';
import type { ExecutionRow, JobRow } from './ports/readModels.js';

/** A durable commit, projected: what this process has written, or in a cluster what it saw another node write. */
export type Committed = {
  readonly commit: Commit;
  readonly row: JobRow;
  readonly executions: readonly ExecutionRow[];
  readonly origin: 'here' | 'elsewhere';
};

type Listener = (committed: Committed) => void;

/** Tells whoever reacts to commits in this process, in the order in which they asked to be told. */
export class Commits {
  readonly #listeners: Listener[] = [];

  on(listener: Listener): void {
    this.#listeners.push(listener);
  }

  tell(committed: Committed): void {
    for (const listener of this.#listeners) listener(committed);
  }
}
