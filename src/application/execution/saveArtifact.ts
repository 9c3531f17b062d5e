import { refused } from '../../domain/errors.js';
import { artifactNameFault, mediaTypeFault } from '../artifactNames.js';
import type { Artifact, ArtifactOwner, ArtifactStore } from '../ports/artifacts.js';
import type { ArtifactContent } from '../ports/runner.js';

/** Keeps what a handler gives as a file of its execution; when the signal aborts, nothing of it. Throws `INVALID_ARGUMENT` for a bad name. */
export const saveArtifact = async (
  artifacts: ArtifactStore,
  owner: ArtifactOwner,
  { name, mediaType, chunks }: ArtifactContent,
  signal: AbortSignal,
): Promise<Artifact> => {
  const faults = { name: artifactNameFault(name), mediaType: mediaTypeFault(mediaType) };
  const issues = Object.entries(faults).flatMap(([path, message]) => (message === null ? [] : [{ path, message }]));
  if (issues.length > 0) throw refused('INVALID_ARGUMENT', issues);
  signal.throwIfAborted();
  const draft = await artifacts.create(owner, name, mediaType);
  try {
    for await (const chunk of chunks) {
      signal.throwIfAborted();
      await draft.write(chunk);
    }
    signal.throwIfAborted();
    return await draft.commit();
  } finally {
    await draft.discard();
  }
};
