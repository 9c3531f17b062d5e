import type { CommandStartedEvent } from 'mongodb';
import { expect, it } from 'vitest';
import { connect } from '../../../src/adapters/mongo/connect.js';
import { StoreUnavailable } from '../../../src/application/ports/eventStore.js';
import { changes } from '../../contracts/readModels.js';
import { jobRow, request } from '../../contracts/samples.js';
import { describeOnMongo } from '../../servers/mongo.js';
import { newDatabase } from './open.js';
import { openParts } from './parts.js';

describeOnMongo(
  'a write that did not reach a majority in time',
  (server) => {
    it('is read back before it is answered, and no row counts as saved', async () => {
      const connection = await connect(server().uri, newDatabase(), { monitorCommands: true });
      const { store, readModels } = await openParts(connection);
      const fails = (command: string) =>
        connection.client.db('admin').command({
          configureFailPoint: 'failCommand',
          mode: { times: 1 },
          data: { failCommands: [command], writeConcernError: { code: 64, errmsg: 'waiting for replication timed out' } },
        });
      await store.append(request('acme/a', 0));
      const asked: string[] = [];
      connection.client.on('commandStarted', ({ commandName }: CommandStartedEvent) => asked.push(commandName));
      await fails('insert');
      expect(await store.append(request('acme/a', 1))).toMatchObject({ outcome: 'appended', position: 2 });
      expect(asked).toEqual(['configureFailPoint', 'insert', 'find', 'find']);
      await fails('insert');
      const saving = readModels.save(changes({ jobs: [jobRow('acme/a')] }));
      await expect(saving).rejects.toThrow(StoreUnavailable);
      await connection.client.close();
    });
  },
  { mongod: 'it has fail points only where it was started for tests', ferretdb: 'it has no fail points' },
);
