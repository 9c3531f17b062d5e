import type { ArtifactStore } from './ports/artifacts.js';
import type { Background, Stop } from './ports/clock.js';
import type { Commit, EventStore } from './ports/eventStore.js';
import type { JobMemory } from './ports/jobMemory.js';
import type { Logger } from './ports/logger.js';
import type { ReadModels } from './ports/readModels.js';
import type { Projector } from './projector.js';
import { splitStream } from './streams.js';

const retryAfterMs = 5_000;

type Dependencies = {
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly projector: Projector;
  readonly artifacts: ArtifactStore;
  readonly memory: Pick<JobMemory, 'forget'>;
  readonly background: Background;
  readonly log: Logger;
};

/**
 * Removes what a deleted job left: payloads in the log, rows, history, files, and what its runs remembered. Positions and versions stay,
 * and so does `JobDeleted`.
 */
export class Eraser {
  readonly #later = new Set<Stop>();
  #isStopped = false;

  constructor(private readonly dependencies: Dependencies) {}

  /** `commit` is the one that deleted the job. Nothing of what came before it is on the medium when the promise resolves. */
  async erase(commit: Commit): Promise<void> {
    const { store, readModels, projector, artifacts, memory } = this.dependencies;
    const { stream, version, partition, position, at } = commit;
    const { organization, jobName } = splitStream(stream);
    await artifacts.removeOfJob(organization, jobName, at);
    await memory.forget(organization, jobName, await this.#successor(commit));
    await store.redact(stream, version);
    await projector.saved();
    await readModels.dropHistory(stream, version);
    await readModels.erase(stream);
    projector.passed(partition, position);
  }

  /** A deletion may be finished late, when the name is that of another job. */
  async #successor({ stream, version }: Commit): Promise<string | null> {
    const later = await this.dependencies.store.read(stream, version);
    const made = later.flatMap(({ events }) => events).findLast((event) => event.type === 'JobScheduled');
    return made?.type === 'JobScheduled' ? made.jobId : null;
  }

  /** For a commit of which not all could be erased: tries again until it is, or until the stop; the next start goes on from there. */
  eraseLater(commit: Commit): void {
    if (this.#isStopped) return;
    const stop = this.dependencies.background.after(retryAfterMs, () => {
      this.#later.delete(stop);
      this.erase(commit).catch((error) => {
        this.dependencies.log.warn({ error, stream: commit.stream }, 'a deleted job could not be erased; trying again');
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
