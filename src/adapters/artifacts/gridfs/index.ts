import { parseArtifactId } from '../../../application/artifactNames.js';
import type { Artifact, ArtifactOwner, ArtifactStore } from '../../../application/ports/artifacts.js';
import type { Clock } from '../../../application/ports/clock.js';
import { instant } from '../../../domain/instant.js';
import { verified } from '../meter.js';
import { mustBeName } from '../mustBeName.js';
import { answered, type Collections, connect, type FileDocument } from './connect.js';
import { abandonedAfterMs, Draft } from './draft.js';
import { newestFirst, removeFiles } from './remove.js';

type Options = { readonly mongodb: string; readonly database: string; readonly clock: Clock };
type Opened = { readonly store: ArtifactStore; close(): Promise<void> };

/** Artifacts in MongoDB, laid out as GridFS: made on one node, read on another. */
export const openGridFs = async ({ mongodb, database, clock }: Options): Promise<Opened> => {
  const { client, collections } = await connect(mongodb, database);
  try {
    await answered(() => sweep(collections, new Date(clock.now() - abandonedAfterMs)));
    return { store: storeIn(collections, clock), close: () => client.close() };
  } catch (error) {
    await client.close();
    throw error;
  }
};

/** Removes what nodes have left that ended while they wrote. */
const sweep = async ({ files, chunks, drafts }: Collections, before: Date): Promise<void> => {
  for await (const { _id } of drafts.find({ since: { $lt: before } })) {
    if (!(await files.findOne({ _id }, { projection: { _id: 1 } }))) await chunks.deleteMany({ files_id: _id });
    await drafts.deleteOne({ _id });
  }
};

const storeIn = (collections: Collections, clock: Clock): ArtifactStore => {
  const { files, chunks } = collections;
  const jobIs = (organization: string, jobName: string) => ({
    'metadata.organization': { $eq: organization },
    'metadata.jobName': { $eq: jobName },
  });
  async function* contentOf({ _id }: FileDocument): AsyncGenerator<Uint8Array> {
    const cursor = chunks.find({ files_id: _id }, { sort: { n: 1 }, batchSize: 16 });
    try {
      for (;;) {
        const chunk = await answered(() => cursor.next());
        if (!chunk) return;
        yield chunk.data.buffer.subarray(0, chunk.data.position);
      }
    } finally {
      await cursor.close();
    }
  }
  return {
    create: async (owner, name, mediaType) => {
      mustBeName(name);
      return Draft.begin(collections, clock, owner, { name, mediaType });
    },
    list: ({ organization, jobName, executionId }: ArtifactOwner) =>
      answered(async () => {
        const of = { ...jobIs(organization, jobName), 'metadata.executionId': { $eq: executionId } };
        const found = await files.find(of, { sort: { uploadDate: 1, _id: 1 } }).toArray();
        // Of two with one name the older is about to go.
        const newest = new Map(found.map((file) => [file.metadata.name, artifactOf(file)]));
        return [...newest.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
      }),
    open: (organization, artifactId) =>
      answered(async () => {
        if (!parseArtifactId(artifactId)) return null;
        const filename = `${organization}/${artifactId}`;
        const file = await files.findOne({ filename: { $eq: filename } }, { sort: newestFirst });
        if (!file || file.metadata.organization !== organization) return null;
        const artifact = artifactOf(file);
        return { artifact, content: verified(contentOf(file), artifact) };
      }),
    removeOfExecutions: (organization, jobName, executionIds) =>
      answered(async () => {
        for (let at = 0; at < executionIds.length; at += idsAtOnce) {
          const ids = executionIds.slice(at, at + idsAtOnce);
          await removeFiles(collections, { ...jobIs(organization, jobName), 'metadata.executionId': { $in: ids } });
        }
      }),
    removeOfJob: (organization, jobName, until) =>
      answered(() => removeFiles(collections, { ...jobIs(organization, jobName), uploadDate: { $lte: new Date(until) } })),
  };
};

const idsAtOnce = 500;

const artifactOf = ({ length, uploadDate, metadata }: FileDocument): Artifact => {
  const { details, organization, jobName, executionId, name, mediaType, sha256 } = metadata;
  return {
    artifactId: `${jobName}/${executionId}/${name}`,
    ...{ organization, jobName, executionId, name, mediaType },
    ...{ bytes: length, sha256, createdAt: instant(uploadDate.getTime()) },
    ...(details !== undefined && { details: JSON.parse(details) }),
  };
};
