import type { ArtifactStore } from './ports/artifacts.js';
import type { Background, Stop } from './ports/clock.js';
import type { Commit, EventStore } from './ports/eventStore.js';
import type { Logger } from './ports/logger.js';
import type { ReadModels } from './ports/readModels.js';
import type { Projector } from './projector.js';
import { splitStream } from './streams.js';

const retryAfterMs = 5_000;

/** Removes what a deleted job left: payloads in the log, rows, history, files. Positions and versions stay, and so does `JobDeleted`. */
export class Eraser {
  readonly #later = new Set<Stop>();
  #isStopped = false;

  constructor(
    private readonly store: EventStore,
    private readonly readModels: ReadModels,
    private readonly projector: Projector,
    private readonly artifacts: ArtifactStore,
    private readonly background: Background,
    private readonly log: Logger,
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

  /** For a commit of which not all could be erased: tries again until it is, or until the stop; the next start goes on from there. */
  eraseLater(commit: Commit): void {
    if (this.#isStopped) return;
    const stop = this.background.after(retryAfterMs, () => {
      this.#later.delete(stop);
      this.erase(commit).catch((error) => {
        this.log.warn({ error, stream: commit.stream }, 'a deleted job could not be erased; trying again');
        this.eraseLater(commit);
      });
    });
    this.#later.add(stop);
  }

  stop(): void {
    this.#isStopped = true;
    for (const stop of this.#later) stop();
  }
}
