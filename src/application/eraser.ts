import type { ArtifactStore } from './ports/artifacts.js';
import type { Commit, EventStore } from './ports/eventStore.js';
import type { ReadModels } from './ports/readModels.js';
import type { Projector } from './projector.js';
import { splitStream } from './streams.js';

/** Removes what a deleted job left: payloads in the log, rows, history, files. Positions and versions stay, and so does `JobDeleted`. */
export class Eraser {
  constructor(
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
    private readonly projector: Projector,
    private readonly artifacts: ArtifactStore,
  ) {}

  /** `commit` is the one that deleted the job. Nothing of what came before it is on the medium when the promise resolves. */
  async erase({ stream, version, partition, position, at }: Commit): Promise<void> {
    const { organization, jobName } = splitStream(stream);
    await this.artifacts.removeOfJob(organization, jobName, at);
    await this.store.redact(stream, version);
    await this.projector.saved();
    await this.readModels.dropHistory(stream, version);
    await this.readModels.erase(stream);
    this.projector.passed(partition, position);
  }
}
