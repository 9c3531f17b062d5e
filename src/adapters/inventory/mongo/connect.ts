import { type Db, MongoClient, MongoError } from 'mongodb';
import { InventoryUnavailable } from '../../../application/ports/inventory.js';

/** Nothing waits longer than this for a server, or for a reply. */
const selectionMs = 5_000;
const replyMs = 30_000;
const majorityMs = 5_000;

export const connect = async (uri: string, database: string | undefined): Promise<{ readonly db: Db; close(): Promise<void> }> => {
  const client = newClient(uri);
  try {
    await answered(() => client.connect());
  } catch (error) {
    await client.close();
    throw error;
  }
  const db = client.db(database, { readPreference: 'primary', writeConcern: { w: 'majority', journal: true, wtimeoutMS: majorityMs } });
  return { db, close: () => client.close() };
};

const newClient = (uri: string): MongoClient => {
  try {
    return new MongoClient(uri, {
      appName: 'nexus-scheduler-inventory',
      serverSelectionTimeoutMS: selectionMs,
      connectTimeoutMS: selectionMs,
      waitQueueTimeoutMS: selectionMs,
      socketTimeoutMS: replyMs,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InventoryUnavailable(`The connection string of the inventory's MongoDB is wrong: ${why}`, { cause: error });
  }
};

/** What the driver throws becomes the error of the ports. */
export const answered = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw unavailable(error);
  }
};

/** The same for what is read bit by bit. */
export async function* streamed<T>(rows: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* rows;
  } catch (error) {
    throw unavailable(error);
  }
}

const unavailable = (error: unknown): unknown =>
  error instanceof MongoError
    ? new InventoryUnavailable(`The inventory's MongoDB cannot do this now: ${error.message}`, { cause: error })
    : error;
