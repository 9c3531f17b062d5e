import type { Millis } from '../domain/instant.js';
import type { Commits } from './commits.js';
import type { ArtifactStore } from './ports/artifacts.js';
import type { Background, Stop } from './ports/clock.js';
import type { Commit, EventStore, StreamKey, Version } from './ports/eventStore.js';
import type { JobMemory } from './ports/jobMemory.js';
import type { Logger } from './ports/logger.js';
import type { Membership } from './ports/membership.js';
import type { ReadModels } from './ports/readModels.js';
import { deletes, type Projector } from './projector.js';
import { splitStream } from './streams.js';

const retryAfterMs = 5_000;
/** What was on its way to the store when its sender gave it up, or died, has arrived by then. */
const stragglersAfterMs = 60_000;

type Dependencies = {
  readonly store: EventStore;
  readonly readModels: ReadModels;
  readonly membership: Pick<Membership, 'exclusive'>;
  readonly projector: Projector;
  readonly commits: Commits;
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

  constructor(private readonly dependencies: Dependencies) {
    // Whoever asked for it got no answer, and did not erase. Where nodes share a log the repairer does.
    dependencies.commits.on(({ commit, origin }) => {
      if (origin === 'elsewhere' && dependencies.membership.exclusive && deletes(commit)) this.eraseLater(commit);
    });
  }

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
    this.#dropStragglers(stream, version);
  }

  /** A save that arrives late brings back history that was removed, and nobody minds where another job has taken the name since. */
  #dropStragglers(stream: StreamKey, version: Version): void {
    this.#after(stragglersAfterMs, () => {
      this.dependencies.readModels.dropHistory(stream, version).catch((error) => {
        this.dependencies.log.warn({ error, stream }, 'what came late of a deleted job could not be removed; trying again');
        this.#dropStragglers(stream, version);
      });
    });
  }

  /** A deletion may be finished late, when the name is that of another job. */
  async #successor({ stream, version }: Commit): Promise<string | null> {
    const later = await this.dependencies.store.read(stream, version);
    const made = later.flatMap(({ events }) => events).findLast((event) => event.type === 'JobScheduled');
    return made?.type === 'JobScheduled' ? made.jobId : null;
  }

  /** For a commit of which not all could be erased: tries again until it is, or until the stop; the next start goes on from there. */
  eraseLater(commit: Commit): void {
    this.#after(retryAfterMs, () => {
      this.erase(commit).catch((error) => {
        this.dependencies.log.warn({ error, stream: commit.stream }, 'a deleted job could not be erased; trying again');
        this.eraseLater(commit);
      });
    });
  }

  #after(ms: Millis, act: () => void): void {
    if (this.#isStopped) return;
    const stop = this.dependencies.background.after(ms, () => {
      this.#later.delete(stop);
      act();
    });
    this.#later.add(stop);
  }

  stop(): void {
    this.#isStopped = true;
    for (const stop of this.#later) stop();
  }
}
