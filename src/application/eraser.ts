import type { Commit, EventStore } from './ports/eventStore.js';
import type { ReadModels } from './ports/readModels.js';
import type { Projector } from './projector.js';

/** Removes what a deleted job left: payloads in the log, rows, history. Positions and versions stay, and so does `JobDeleted`. */
export class Eraser {
  constructor(
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
    private readonly projector: Projector,
  ) {}

  /** `commit` is the one that deleted the job. Nothing of what came before it is on the medium when the promise resolves. */
  async erase({ stream, version, partition, position }: Commit): Promise<void> {
    await this.store.redact(stream, version);
    await this.projector.saved();
    await this.readModels.dropHistory(stream, version);
    await this.readModels.erase(stream);
    this.projector.passed(partition, position);
  }
}
