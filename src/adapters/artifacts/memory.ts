import { artifactIdOf } from '../../application/artifactNames.js';
import type { Artifact, ArtifactOwner, ArtifactStore } from '../../application/ports/artifacts.js';
import type { Clock } from '../../application/ports/clock.js';
import { Meter, verified } from './meter.js';
import { mustBeName } from './mustBeName.js';

type Kept = { readonly artifact: Artifact; readonly chunks: readonly Uint8Array[] };

/** Artifacts that end with the process, as the memory store does. */
export const memoryArtifacts = (clock: Pick<Clock, 'now'>): ArtifactStore => {
  const kept = new Map<string, Kept>();
  const keyOf = (organization: string, artifactId: string): string => `${organization}/${artifactId}`;
  const matching = (wanted: Partial<Artifact>): readonly Artifact[] =>
    [...kept.values()]
      .map(({ artifact }) => artifact)
      .filter((artifact) => Object.entries(wanted).every(([name, value]) => artifact[name as keyof Artifact] === value));
  const remove = ({ organization, artifactId }: Artifact): void => void kept.delete(keyOf(organization, artifactId));
  return {
    create: async (owner, name, mediaType) => {
      mustBeName(name);
      const { organization, jobName, executionId } = owner;
      const meter = new Meter();
      let chunks: Uint8Array[] | null = [];
      return {
        write: async (chunk) => {
          if (!chunks) throw new Error('the draft has ended');
          meter.pass(chunk);
          chunks.push(Uint8Array.from(chunk));
        },
        commit: async (details) => {
          if (!chunks) throw new Error('the draft has ended');
          const artifactId = artifactIdOf(owner, name);
          const artifact: Artifact = {
            ...{ artifactId, organization, jobName, executionId, name, mediaType, ...meter.sum(), createdAt: clock.now() },
            ...(details && { details }),
          };
          kept.set(keyOf(organization, artifactId), { artifact, chunks });
          chunks = null;
          return artifact;
        },
        discard: async () => {
          chunks = null;
        },
      };
    },
    list: async ({ organization, jobName, executionId }: ArtifactOwner) =>
      matching({ organization, jobName, executionId }).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    open: async (organization, artifactId) => {
      const found = kept.get(keyOf(organization, artifactId));
      return found ? { artifact: found.artifact, content: verified(found.chunks, found.artifact) } : null;
    },
    removeOfExecutions: async (organization, jobName, executionIds) => {
      for (const executionId of executionIds) matching({ organization, jobName, executionId }).forEach(remove);
    },
    removeOfJob: async (organization, jobName, until) => {
      for (const artifact of matching({ organization, jobName })) if (artifact.createdAt <= until) remove(artifact);
    },
  };
};
