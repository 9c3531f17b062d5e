import { Binary, ObjectId } from 'mongodb';
import { artifactIdOf } from '../../../application/artifactNames.js';
import type { Artifact, ArtifactDraft, ArtifactOwner } from '../../../application/ports/artifacts.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { JsonObject } from '../../../domain/json.js';
import { Meter } from '../meter.js';
import { answered, type Collections } from './connect.js';
import { removeOlder } from './remove.js';

/** What GridFS has by default. */
const chunkSize = 255 * 1024;
const dayMs = 86_400_000;
/** A draft that is older was given up. It commits no more well before anybody removes it. */
export const abandonedAfterMs = 7 * dayMs;
const longestMs = 6 * dayMs;

/** Chunks first, the file last: before it nobody sees them. */
export class Draft implements ArtifactDraft {
  readonly #id = new ObjectId();
  readonly #meter = new Meter();
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;
  #chunks = 0;
  #open = true;

  private constructor(
    private readonly collections: Collections,
    private readonly clock: Clock,
    private readonly owner: ArtifactOwner,
    private readonly file: Pick<Artifact, 'name' | 'mediaType'>,
    private readonly since: number,
  ) {}

  static begin(collections: Collections, clock: Clock, owner: ArtifactOwner, file: Pick<Artifact, 'name' | 'mediaType'>): Promise<Draft> {
    return answered(async () => {
      const draft = new Draft(collections, clock, owner, file, clock.monotonic());
      await collections.drafts.insertOne({ _id: draft.#id, since: new Date(clock.now()) });
      return draft;
    });
  }

  write(chunk: Uint8Array): Promise<void> {
    return answered(async () => {
      this.#mustBeOpen();
      this.#meter.pass(chunk);
      this.#pending.push(Uint8Array.from(chunk));
      this.#pendingBytes += chunk.byteLength;
      if (this.#pendingBytes >= chunkSize) await this.#flush(false);
    });
  }

  commit(details?: JsonObject): Promise<Artifact> {
    return answered(async () => {
      this.#mustBeOpen();
      if (this.clock.monotonic() - this.since > longestMs) throw new TypeError('the draft is too old to be committed');
      await this.#flush(true);
      this.#open = false;
      const { organization, jobName, executionId } = this.owner;
      const { name, mediaType } = this.file;
      const { bytes, sha256 } = this.#meter.sum();
      const createdAt = this.clock.now();
      const artifactId = artifactIdOf(this.owner, name);
      const filename = `${organization}/${artifactId}`;
      const { files, drafts } = this.collections;
      const uploadDate = new Date(createdAt);
      await files.insertOne({
        _id: this.#id,
        filename,
        length: bytes,
        chunkSize,
        uploadDate,
        metadata: {
          ...{ organization, jobName, executionId, name, mediaType, sha256 },
          ...(details && { details: JSON.stringify(details) }),
        },
      });
      await drafts.deleteOne({ _id: this.#id });
      await removeOlder(this.collections, filename);
      return {
        ...{ artifactId, organization, jobName, executionId, name, mediaType, bytes, sha256, createdAt },
        ...(details && { details }),
      };
    });
  }

  discard(): Promise<void> {
    return answered(async () => {
      if (!this.#open) return;
      this.#open = false;
      await this.collections.chunks.deleteMany({ files_id: this.#id });
      await this.collections.drafts.deleteOne({ _id: this.#id });
    });
  }

  /** Chunks of the same size, but for the last. */
  async #flush(last: boolean): Promise<void> {
    const pending = Buffer.concat(this.#pending);
    let at = 0;
    for (; pending.length - at >= chunkSize || (last && at < pending.length); at += chunkSize) {
      const data = new Binary(pending.subarray(at, at + chunkSize));
      await this.collections.chunks.insertOne({ files_id: this.#id, n: this.#chunks++, data });
    }
    const rest = pending.subarray(at);
    this.#pending = rest.length > 0 ? [Uint8Array.from(rest)] : [];
    this.#pendingBytes = rest.length;
  }

  #mustBeOpen(): void {
    if (!this.#open) throw new TypeError('the draft has ended');
  }
}
