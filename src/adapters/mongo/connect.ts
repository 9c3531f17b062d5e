import {
  type Db,
  type Document,
  MongoClient,
  type MongoClientOptions,
  MongoCompatibilityError,
  MongoParseError,
  ReadConcern,
} from 'mongodb';
import { codeOf, isRefusal } from './failures.js';
import { MongoUnusable } from './unusable.js';

/** Nothing waits longer than this for a server, or for a majority. */
const selectionMs = 5_000;
const majorityMs = 5_000;

const oldestWireVersion = 9;

/** Acknowledged by a majority and journaled: what was answered once is never taken back. */
export const durable = { w: 'majority', j: true, wtimeout: majorityMs } as const;
/** Durable with whatever is acknowledged as durable after it: servers journal in order. */
export const ordered = { w: 'majority', wtimeout: majorityMs } as const;

export type Connection = {
  readonly client: MongoClient;
  readonly db: Db;
  /** Whether reads must ask for what a majority has: a server on its own has nobody to ask. */
  readonly hasMajority: boolean;
  /** Changes when the server is started anew; undefined where the server does not tell. */
  incarnation(): Promise<string | undefined>;
};

/** Rejects with `MongoUnusable`. */
export const connect = async (uri: string, database: string, options: MongoClientOptions = {}): Promise<Connection> => {
  const client = newClient(uri, options);
  try {
    await client.connect();
    const admin = client.db('admin');
    const hello = await admin.command({ hello: 1 });
    if (Number(hello.maxWireVersion) < oldestWireVersion) throw new MongoUnusable('version', `${addressOf(client)} is too old`);
    if (hello.isWritablePrimary !== true) throw new MongoUnusable('notWritable', `${addressOf(client)} takes no writes`);
    const hasMajority = typeof hello.setName === 'string' || hello.msg === 'isdbgrid';
    const db = client.db(database, {
      readPreference: 'primary',
      writeConcern: { w: 'majority', journal: true, wtimeoutMS: majorityMs },
      ...(hasMajority && { readConcern: new ReadConcern('majority') }),
    });
    return { client, db, hasMajority, incarnation: async () => incarnationOf(await admin.command({ hello: 1 })) };
  } catch (error) {
    await client.close();
    throw unusable(error, addressOf(client));
  }
};

export const newClient = (uri: string, options: MongoClientOptions): MongoClient => {
  try {
    return new MongoClient(uri, {
      appName: 'nexus-scheduler',
      serverSelectionTimeoutMS: selectionMs,
      connectTimeoutMS: selectionMs,
      waitQueueTimeoutMS: selectionMs,
      ...options,
    });
  } catch (error) {
    throw new MongoUnusable('uri', `The connection string of MongoDB is wrong: ${messageOf(error)}`, { cause: error });
  }
};

/** Where the server is said to be, without any credentials. */
export const addressOf = ({ options }: MongoClient): string => options.srvHost ?? options.hosts.join();

const incarnationOf = (hello: Document): string | undefined => hello.topologyVersion?.processId?.toString();

/** Tells what kept a store from being opened, in words for whoever has to mend it. */
export const unusable = (error: unknown, hosts: string): Error => {
  if (error instanceof MongoUnusable) return error;
  if (error instanceof MongoParseError) return new MongoUnusable('uri', messageOf(error), { cause: error });
  if (isRefusal(codeOf(error))) return new MongoUnusable('unauthorized', `${hosts} refuses us: ${messageOf(error)}`, { cause: error });
  // Where the driver looks for a server in vain, the reason is the cause.
  const incompatible = [error, causeOf(error)].find((e) => e instanceof MongoCompatibilityError);
  if (incompatible) return new MongoUnusable('version', messageOf(incompatible), { cause: error });
  return new MongoUnusable('unreachable', `${hosts} does not answer: ${messageOf(error)}`, { cause: error });
};

const causeOf = (error: unknown): unknown => (error instanceof Error ? error.cause : undefined);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
