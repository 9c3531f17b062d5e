import type { Collection, Db, IndexDescription } from 'mongodb';
import { codeOf, duplicateKey, isRefusal } from './failures.js';
import type { ExecutionDocument } from './models/executionDocument.js';
import type { JobDocument } from './models/jobDocument.js';
import type { RunDocument } from './models/runRecords.js';
import { MongoUnusable } from './unusable.js';

/**
 * A commit of the log. `tok` is fresh for every call of append: it tells one's own commit from one of the same id. `d` holds the events
 * as text. `pv` is the id of the commit before in the stream.
 */
export type CommitDocument = {
  readonly _id: string;
  readonly tok: string;
  readonly p: number;
  readonly n: number;
  readonly s: string;
  readonly v: number;
  readonly pv: string | null;
  readonly at: Date;
  /** The node that wrote it, for people. */
  readonly w: string;
  readonly d: string;
  readonly red?: 1;
};
export type NodeDocument = { readonly _id: string; readonly beat: number; readonly handlerKeys: readonly string[] };
export type LeaseDocument = {
  readonly _id: string;
  readonly name: string;
  readonly epoch: number;
  readonly owner: string;
  readonly released?: true;
};
export type CursorDocument = { readonly _id: string; readonly position: number; readonly mark: string | null };
export type CheckpointDocument = { readonly _id: string; readonly position: number };
type MetaDocument = { readonly _id: string; readonly schema?: number; readonly partitions?: number };

export type Collections = {
  readonly db: Db;
  readonly commits: Collection<CommitDocument>;
  readonly jobs: Collection<JobDocument>;
  readonly executions: Collection<ExecutionDocument>;
  readonly runs: Collection<RunDocument>;
  readonly checkpoints: Collection<CheckpointDocument>;
  readonly nodes: Collection<NodeDocument>;
  readonly leases: Collection<LeaseDocument>;
  readonly cursors: Collection<CursorDocument>;
};

const schema = 1;

// Every index serves a query of this adapter. None is partial, sparse or expiring: not every server knows those.
const indexes: readonly (readonly [collection: string, index: IndexDescription])[] = [
  ['commits', { name: 'position', key: { p: 1, n: 1 }, unique: true }],
  ['commits', { name: 'version', key: { s: 1, v: 1 }, unique: true }],
  ['jobs', { name: 'status', key: { status: 1, _id: 1 } }],
  ['jobs', { name: 'work', key: { handlerKey: 1, priority: 1, workAt: 1 } }],
  ['jobs', { name: 'due', key: { dueAt: 1, handlerKey: 1 } }],
  ['executions', { name: 'history', key: { stream: 1, queuedVersion: 1, _id: 1 } }],
  ['runs', { name: 'stream', key: { stream: 1 } }],
];

export const collectionsOf = (db: Db): Collections => ({
  db,
  commits: db.collection('commits'),
  jobs: db.collection('jobs'),
  executions: db.collection('executions'),
  runs: db.collection('runs'),
  checkpoints: db.collection('checkpoints'),
  nodes: db.collection('nodes'),
  leases: db.collection('leases'),
  cursors: db.collection('cursors'),
});

/**
 * Creates what is missing. Returns the number of partitions, which is fixed when a store is made. Rejects with `MongoUnusable` where the
 * user may only read, or the store was made by another release.
 */
export const prepare = async (db: Db, partitions: number): Promise<number> => {
  const meta = db.collection<MetaDocument>('meta');
  const found = await meta.findOne({ _id: 'store' });
  if (found) partitionsOf(found, db);
  try {
    // One by one: FerretDB ends the connection where several are there already.
    for (const [collection, index] of indexes) await db.collection(collection).createIndexes([index]);
    if (!found) {
      await insertOnce(meta, { _id: 'barrier' });
      await insertOnce(meta, { _id: 'store', schema, partitions });
    }
  } catch (error) {
    if (!isRefusal(codeOf(error))) throw error;
    throw new MongoUnusable('readOnly', `The user may not write to the database ${db.databaseName}`, { cause: error });
  }
  return partitionsOf(found ?? (await meta.findOne({ _id: 'store' })), db);
};

const partitionsOf = (store: MetaDocument | null, db: Db): number => {
  if (store?.schema === schema && store.partitions) return store.partitions;
  throw new MongoUnusable('schema', `The store in the database ${db.databaseName} is of version ${store?.schema}`);
};

/** Of nodes that start at once, the first decides. */
const insertOnce = async (meta: Collection<MetaDocument>, document: MetaDocument): Promise<void> => {
  try {
    await meta.insertOne(document);
  } catch (error) {
    if (codeOf(error) !== duplicateKey) throw error;
  }
};
