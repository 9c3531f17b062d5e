import type { Clock } from '../../application/ports/clock.js';
import type { Millis } from '../../domain/instant.js';
import { addressOf, connect, unusable } from './connect.js';

const patienceMs: Millis = 5_000;

/** `skewMs`: how far the clock of the server is ahead of ours at least, whatever part of the exchange took how long. */
export type AskedMongo = { readonly server: string; readonly skewMs: Millis | null };

type Asked = { readonly uri: string; readonly database: string; readonly clock: Pick<Clock, 'now'> };

/** Asks a server for the time: null where it does not tell. Rejects with `MongoUnusable`. */
export const askMongo = async ({ uri, database, clock }: Asked): Promise<AskedMongo> => {
  const { client, db } = await connect(uri, database, { socketTimeoutMS: patienceMs });
  const server = addressOf(client);
  try {
    const before = clock.now();
    const { localTime } = await db.admin().command({ hello: 1 });
    return { server, skewMs: localTime instanceof Date ? skewOf(localTime.getTime(), before, clock.now()) : null };
  } catch (error) {
    throw unusable(error, server);
  } finally {
    await client.close();
  }
};

/** Between `before` and `after` the server looked at its clock. */
const skewOf = (told: number, before: number, after: number): Millis => (told > after ? told - after : Math.min(0, told - before));
