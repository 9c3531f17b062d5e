import { readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { artifactIdOf, parseArtifactId } from '../../../application/artifactNames.js';
import type { Artifact, ArtifactDraft, ArtifactOwner, ArtifactStore } from '../../../application/ports/artifacts.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { Ids } from '../../../application/ports/ids.js';
import type { Instant } from '../../../domain/instant.js';
import { Meter, verified } from '../meter.js';
import { mustBeName } from '../mustBeName.js';
import { Drafts, noteOfDraft } from './drafts.js';
import { answered, contentOf, durableDirectory, isMissing, namesIn, newFile, removeAll, removeEmpty, sync } from './files.js';
import { readNote, writeNote } from './note.js';
import { isNote, jobPlace, noteOf, step } from './places.js';

/**
 * Artifacts as files that people find: `<root>/<organization>/<job>/<execution>/<name>`, each with a note beside it. A file without
 * its note is not there: it is what a crash left while one file took the place of another, and goes with the next of its name.
 */
export const openDirectory = async (root: string, clock: Pick<Clock, 'now'>, ids: Ids): Promise<ArtifactStore> => {
  const store = new DirectoryStore(path.resolve(root), clock, ids);
  await store.sweep();
  return store;
};

class DirectoryStore implements ArtifactStore {
  readonly #drafts: Drafts;
  /** One file takes the place of another at a time: a file and its note belong together. */
  #placing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly root: string,
    private readonly clock: Pick<Clock, 'now'>,
    ids: Ids,
  ) {
    this.#drafts = new Drafts(root, ids);
  }

  sweep(): Promise<void> {
    return answered(() => this.#drafts.sweep(this.clock.now()));
  }

  async create(owner: ArtifactOwner, name: string, mediaType: string): Promise<ArtifactDraft> {
    mustBeName(name);
    const draft = await answered(() => this.#drafts.begin());
    const file = await answered(() => newFile(draft)).catch(async (error) => {
      await this.#drafts.end(draft);
      throw error;
    });
    const meter = new Meter();
    let open = true;
    const close = async (): Promise<void> => {
      open = false;
      await file.close();
    };
    return {
      write: (chunk) =>
        answered(async () => {
          if (!open) throw new TypeError('the draft has ended');
          meter.pass(chunk);
          for (let at = 0; at < chunk.byteLength; ) at += (await file.write(chunk, at)).bytesWritten;
        }),
      commit: (details) =>
        answered(async () => {
          if (!open) throw new TypeError('the draft has ended');
          await file.sync();
          await close();
          const { organization, jobName, executionId } = owner;
          const artifact: Artifact = {
            ...{ artifactId: artifactIdOf(owner, name), organization, jobName, executionId, name, mediaType },
            ...{ ...meter.sum(), createdAt: this.clock.now(), ...(details && { details }) },
          };
          try {
            await writeDurably(noteOfDraft(draft), writeNote(artifact));
            await this.#oneByOne(() => this.#place(draft, artifact));
          } finally {
            await this.#drafts.end(draft);
          }
          return artifact;
        }),
      discard: () =>
        answered(async () => {
          if (open) await close();
          await this.#drafts.end(draft);
        }),
    };
  }

  list(owner: ArtifactOwner): Promise<readonly Artifact[]> {
    return answered(async () => {
      const place = this.#placeOf(owner);
      const notes = (await namesIn(place)).filter(isNote);
      const found = await Promise.all(notes.map((note) => this.#noted(place, note)));
      return found
        .flatMap((artifact) => (artifact && isOf(artifact, owner) ? [artifact] : []))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  open(organization: string, artifactId: string): ReturnType<ArtifactStore['open']> {
    return answered(async () => {
      const wanted = parseArtifactId(artifactId);
      if (!wanted) return null;
      const owner = { organization, ...wanted };
      const place = this.#placeOf(owner);
      const artifact = await this.#noted(place, noteOf(wanted.name));
      if (!artifact || !isOf(artifact, owner)) return null;
      return { artifact, content: verified(contentOf(path.join(place, artifact.name)), artifact) };
    });
  }

  removeOfExecutions(organization: string, jobName: string, executionIds: readonly string[]): Promise<void> {
    return answered(async () => {
      const job = jobPlace(this.root, organization, jobName);
      const there = new Set(await namesIn(job));
      for (const execution of executionIds.map(step)) if (there.has(execution)) await removeAll(path.join(job, execution));
      await removeEmpty(job);
    });
  }

  removeOfJob(organization: string, jobName: string, until: Instant): Promise<void> {
    return answered(async () => {
      const job = jobPlace(this.root, organization, jobName);
      for (const execution of await namesIn(job)) {
        const place = path.join(job, execution);
        const notes = await Promise.all((await namesIn(place)).filter(isNote).map((note) => this.#noted(place, note)));
        if (notes.every((artifact) => artifact === null || artifact.createdAt <= until)) await removeAll(place);
      }
      await removeEmpty(job);
    });
  }

  /** Between the first and the last step neither the old file nor the new one is there. */
  async #place(draft: string, artifact: Artifact): Promise<void> {
    const place = this.#placeOf(artifact);
    await durableDirectory(place);
    const note = path.join(place, noteOf(artifact.name));
    await removeAll(note);
    await rename(draft, path.join(place, artifact.name));
    await rename(noteOfDraft(draft), note);
    await sync(place);
  }

  #placeOf({ organization, jobName, executionId }: ArtifactOwner): string {
    return path.join(jobPlace(this.root, organization, jobName), step(executionId));
  }

  async #noted(place: string, note: string): Promise<Artifact | null> {
    try {
      return readNote(await readFile(path.join(place, note), 'utf8'));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  #oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#placing.then(work);
    this.#placing = done.catch(() => undefined);
    return done;
  }
}

const isOf = (artifact: Artifact, owner: ArtifactOwner): boolean =>
  artifact.organization === owner.organization && artifact.jobName === owner.jobName && artifact.executionId === owner.executionId;

const writeDurably = async (file: string, text: string): Promise<void> => {
  const handle = await newFile(file);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
};
