import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Decimal128, Long, MongoClient } from 'mongodb';
import { expect, it } from 'vitest';
import type { BackupResult } from '../../../src/adapters/handlers/backup/run.js';
import { restoreArchive } from '../../../src/bootstrap/restore.js';
import { openScheduler } from '../../application/opened.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { newDatabase } from '../mongo/open.js';
import { temporaryDirectory } from './opened.js';

describeOnMongo("an application's own collections", (server, kind) => {
  it('come back into an empty database as they were, and only there', async () => {
    const directory = temporaryDirectory();
    const root = path.join(directory, 'files');
    mkdirSync(root);
    const { uri } = server();
    const [database, empty] = [newDatabase(), newDatabase()];
    // FerretDB has no decimals.
    const exact = kind === 'ferretdb' ? 2.5 : Decimal128.fromString('2.50');
    const client = await new MongoClient(uri).connect();
    try {
      const documents = [
        { _id: 1 as never, organization: 'default', sku: 'A', quantity: exact, counted: new Date(5) },
        { _id: 2 as never, sku: 'B', quantity: Long.fromString('9007199254740993'), nested: { name: [null, 'x'] } },
      ];
      const theirs = { _id: 3 as never, organization: 'acme', sku: 'A', quantity: 1 };
      await client
        .db(database)
        .collection('products')
        .insertMany([...documents, theirs]);
      const predefined = { directory, roots: [root], tables: ['products'], inventory: { mongodb: uri, database } };
      const { scheduler } = openScheduler({ predefined });
      await scheduler.scheduleJob({
        jobName: 'nightly',
        jobType: 'backup',
        schedule: { type: 'recurring', cronExpression: '0 0 1 1 *' },
        parameters: { sources: 'collections', destination: 'backups' },
      });
      const { result, error } = await scheduler.runNow('nightly');
      expect(error).toBeUndefined();
      const { directory: where, archive, sources } = result as BackupResult;
      expect(sources).toEqual([{ type: 'collection', table: 'products', rows: 2 }]);

      const restore = (into: string, to: string) =>
        restoreArchive({
          archive: path.join(where, archive),
          to: path.join(directory, to),
          keyName: 'BACKUP_KEY',
          predefined: { ...predefined, inventory: { mongodb: uri, database: into } },
          organization: 'default',
        });
      const stored = (of: string) =>
        client.db(of).collection('products').find({}, { promoteLongs: false, promoteValues: false }).sort({ _id: 1 }).toArray();
      await restore(empty, 'restored');
      expect(await stored(empty)).toEqual((await stored(database)).slice(0, 2));
      await expect(restore(database, 'again')).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/only an empty one/),
      });
      expect(await stored(database)).toHaveLength(3);
    } finally {
      await client.close();
    }
  });
});
