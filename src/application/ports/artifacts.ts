import type { Instant } from '../../domain/instant.js';
import type { JsonObject } from '../../domain/json.js';

/** A file that a run has made. */
export type Artifact = {
  /** `jobName/executionId/name`: unique in its organization. */
  readonly artifactId: string;
  readonly organization: string;
  readonly jobName: string;
  readonly executionId: string;
  /** A file name without a path: see `artifactNameFault`. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  /** Of its content, in hexadecimal. */
  readonly sha256: string;
  readonly createdAt: Instant;
  /** What its maker wants to know of it later, such as how many rows it has. */
  readonly details?: JsonObject;
};

export type ArtifactOwner = Pick<Artifact, 'organization' | 'jobName' | 'executionId'>;

export type OpenArtifact = {
  readonly artifact: Artifact;
  /** Can be read once. Throws `ArtifactDamaged` at its end where it is not what was written. */
  readonly content: AsyncIterable<Uint8Array>;
};

/** A file being written. Nobody sees it before `commit`; after `discard`, or a crash, nothing of it is left. */
export interface ArtifactDraft {
  write(chunk: Uint8Array): Promise<void>;
  /** Resolves when it is durable. */
  commit(details?: JsonObject): Promise<Artifact>;
  /** After `commit` it does nothing. */
  discard(): Promise<void>;
}

/**
 * Files of executions, each whole or not there. An execution has one artifact of a name: the newest committed wins.
 * Rejects with `ArtifactsUnavailable` where the medium cannot do it now.
 */
export interface ArtifactStore {
  create(owner: ArtifactOwner, name: string, mediaType: string): Promise<ArtifactDraft>;
  /** Of one execution, in the order of their names. */
  list(owner: ArtifactOwner): Promise<readonly Artifact[]>;
  /** Null where this organization has no such artifact. */
  open(organization: string, artifactId: string): Promise<OpenArtifact | null>;
  /** Removes those of these executions of a job, from the medium too. */
  removeOfExecutions(organization: string, jobName: string, executionIds: readonly string[]): Promise<void>;
  /** Removes those that a job had until an instant: one that has taken its name since keeps its own. */
  removeOfJob(organization: string, jobName: string, until: Instant): Promise<void>;
}

/** Files cannot be kept or read now. */
export class ArtifactsUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ArtifactsUnavailable';
  }
}

/** The content is not what was written. */
export class ArtifactDamaged extends Error {
  constructor(artifactId: string) {
    super(`the artifact ${artifactId} is damaged: its content does not have the SHA-256 it was written with`);
    this.name = 'ArtifactDamaged';
  }
}
