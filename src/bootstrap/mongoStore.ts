import type { Config } from './config.js';
import type { MongoStore } from './options.js';

const defaultDatabase = 'nexus_scheduler';

/** The database that holds the store: the one that is named, or that of the connection string. */
export const databaseOf = ({ mongodb, database }: MongoStore): string =>
  database ?? /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^/?]+)/.exec(mongodb)?.[1] ?? defaultDatabase;

/** For people: where the store is, without who may use it. */
export const nameOf = (store: MongoStore): string => {
  const hosts = /^mongodb(?:\+srv)?:\/\/(?:[^/]*@)?([^/?]+)/.exec(store.mongodb)?.[1] ?? 'MongoDB';
  return `${hosts}/${databaseOf(store)}`;
};

/** As the environment names it; undefined where it names none. */
export const mongoStoreOf = (config: Pick<Config, 'MONGODB_URI' | 'MONGODB_DB' | 'SCHEDULER_LEASE_SECONDS'>): MongoStore | undefined =>
  config.MONGODB_URI === undefined
    ? undefined
    : {
        mongodb: config.MONGODB_URI,
        ...(config.MONGODB_DB !== undefined && { database: config.MONGODB_DB }),
        leaseMs: config.SCHEDULER_LEASE_SECONDS * 1_000,
      };
