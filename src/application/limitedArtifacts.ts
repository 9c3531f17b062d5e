import { NonRetryableError } from './api/handlerErrors.js';
import type { ArtifactDraft, ArtifactStore } from './ports/artifacts.js';

/** The same store, in which no file is larger than a limit: a run that writes more fails for good, and keeps nothing of that file. */
export const limitedArtifacts = (artifacts: ArtifactStore, mostMiB: number): ArtifactStore => ({
  create: async (owner, name, mediaType) => {
    const draft = await artifacts.create(owner, name, mediaType);
    return limited(draft, mostMiB * 1024 * 1024, `the artifact ${name} is larger than ${mostMiB} MiB: see SCHEDULER_MAX_ARTIFACT_MIB`);
  },
  list: (...call) => artifacts.list(...call),
  open: (...call) => artifacts.open(...call),
  removeOfExecutions: (...call) => artifacts.removeOfExecutions(...call),
  removeOfJob: (...call) => artifacts.removeOfJob(...call),
});

const limited = (draft: ArtifactDraft, mostBytes: number, message: string): ArtifactDraft => {
  let bytes = 0;
  return {
    write: async (chunk) => {
      bytes += chunk.byteLength;
      if (bytes > mostBytes) throw new NonRetryableError(message);
      await draft.write(chunk);
    },
    commit: (details) => draft.commit(details),
    discard: () => draft.discard(),
  };
};
