import { describe, expect, it } from 'vitest';
import { databaseOf, mongoStoreOf, nameOf } from '../../src/bootstrap/mongoStore.js';

describe('a store on MongoDB', () => {
  it('is in the database that is named, or that of the connection string, or one of our own', () => {
    const mongodb = 'mongodb://user:secret@a:27017,b:27017/inventory?replicaSet=rs0';
    expect(databaseOf({ mongodb, database: 'jobs' })).toBe('jobs');
    expect(databaseOf({ mongodb })).toBe('inventory');
    expect(databaseOf({ mongodb: 'mongodb+srv://cluster.example/' })).toBe('nexus_scheduler');
    expect(databaseOf({ mongodb: 'mongodb://localhost' })).toBe('nexus_scheduler');
    expect(databaseOf({ mongodb: 'mongodb://localhost/?directConnection=true' })).toBe('nexus_scheduler');
  });

  it('is named without who may use it', () => {
    expect(nameOf({ mongodb: 'mongodb://user:p%40ss@a:27017,b:27017/inventory' })).toBe('a:27017,b:27017/inventory');
    expect(nameOf({ mongodb: 'mongodb://user:wr@ng@host/jobs' })).toBe('host/jobs');
    expect(nameOf({ mongodb: 'nonsense' })).toBe('MongoDB/nexus_scheduler');
  });

  it('is what the environment says, if it says one', () => {
    expect(mongoStoreOf({ SCHEDULER_LEASE_SECONDS: 15 })).toBeUndefined();
    expect(mongoStoreOf({ MONGODB_URI: 'mongodb://h', MONGODB_DB: 'd', SCHEDULER_LEASE_SECONDS: 5 })).toEqual({
      mongodb: 'mongodb://h',
      database: 'd',
      leaseMs: 5_000,
    });
  });
});
