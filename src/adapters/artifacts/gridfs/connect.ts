import { type Binary, type Collection, type Db, MongoClient, MongoError, type ObjectId, ReadConcern } from 'mongodb';
import { ArtifactsUnavailable } from '../../../application/ports/artifacts.js';

const selectionMs = 5_000;
const replyMs = 15_000;

/** GridFS: any of its tools reads these. What is ours is in `metadata`. */
export type FileDocument = {
  readonly _id: ObjectId;
  /** `organization/jobName/executionId/name`. */
  readonly filename: string;
  readonly length: number;
  readonly chunkSize: number;
  readonly uploadDate: Date;
  readonly metadata: {
    readonly organization: string;
    readonly jobName: string;
    readonly executionId: string;
    readonly name: string;
    readonly mediaType: string;
    readonly sha256: string;
    /** As text: its keys may be anything. */
    readonly details?: string;
  };
};
export type ChunkDocument = { readonly files_id: ObjectId; readonly n: number; readonly data: Binary };
/** Chunks are being written for a file that is not there yet. */
export type DraftDocument = { readonly _id: ObjectId; readonly since: Date };

export type Collections = {
  readonly files: Collection<FileDocument>;
  readonly chunks: Collection<ChunkDocument>;
  readonly drafts: Collection<DraftDocument>;
};

export const connect = (uri: string, database: string): Promise<{ readonly client: MongoClient; readonly collections: Collections }> =>
  answered(async () => {
    const client = new MongoClient(uri, {
      appName: 'nexus-scheduler artifacts',
      serverSelectionTimeoutMS: selectionMs,
      connectTimeoutMS: selectionMs,
      waitQueueTimeoutMS: selectionMs,
      socketTimeoutMS: replyMs,
    });
    try {
      await client.connect();
      const hello = await client.db('admin').command({ hello: 1 });
      const hasMajority = typeof hello.setName === 'string' || hello.msg === 'isdbgrid';
      const db = client.db(database, {
        readPreference: 'primary',
        writeConcern: { w: 'majority', journal: true, wtimeoutMS: replyMs },
        ...(hasMajority && { readConcern: new ReadConcern('majority') }),
      });
      return { client, collections: await collectionsOf(db) };
    } catch (error) {
      await client.close();
      throw error;
    }
  });

const collectionsOf = async (db: Db): Promise<Collections> => {
  const files = db.collection<FileDocument>('artifacts.files');
  const chunks = db.collection<ChunkDocument>('artifacts.chunks');
  await chunks.createIndex({ files_id: 1, n: 1 }, { unique: true });
  await files.createIndex({ filename: 1, uploadDate: 1 });
  await files.createIndex({ 'metadata.organization': 1, 'metadata.jobName': 1, 'metadata.executionId': 1 });
  return { files, chunks, drafts: db.collection<DraftDocument>('artifacts.drafts') };
};

/** What the driver throws becomes the error of the port. */
export const answered = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MongoError) throw new ArtifactsUnavailable(`MongoDB cannot answer now: ${error.message}`, { cause: error });
    throw error;
  }
};
