import type { Instant } from '../../domain/instant.js';

/** A file that a run has made. */
export type Artifact = {
  readonly artifactId: string;
  readonly organization: string;
  readonly jobName: string;
  readonly executionId: string;
  /** A file name without a path. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  /** Of its content, in hexadecimal. */
  readonly sha256: string;
  readonly createdAt: Instant;
};

export type ArtifactOwner = Pick<Artifact, 'organization' | 'jobName' | 'executionId'>;

/** A file being written. Nobody sees it before `commit`; after `discard`, or a crash, nothing of it is left. */
export interface ArtifactDraft {
  write(chunk: Uint8Array): Promise<void>;
  commit(): Promise<Artifact>;
  discard(): Promise<void>;
}

/** Files of executions, each whole or not there. An execution has one artifact of a name: the newest committed wins. */
export interface ArtifactStore {
  create(owner: ArtifactOwner, name: string, mediaType: string): Promise<ArtifactDraft>;
  /** Of one execution, in the order of their names. */
  list(organization: string, executionId: string): Promise<readonly Artifact[]>;
  /** Null where this organization has no such artifact. The content is verified against its hash while it is read. */
  open(
    organization: string,
    artifactId: string,
  ): Promise<{ readonly artifact: Artifact; readonly content: AsyncIterable<Uint8Array> } | null>;
  /** Removes those of executions that ended and are older, and drafts that a crash left; returns how many. */
  removeOlder(before: Instant): Promise<number>;
  /** Removes those of a deleted job. */
  removeOf(organization: string, jobName: string): Promise<void>;
}
