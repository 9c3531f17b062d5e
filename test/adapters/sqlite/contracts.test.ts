import { expect, it } from 'vitest';
import { openSqlite } from '../../../src/adapters/sqlite/index.js';
import { describeCursors } from '../../contracts/cursors.js';
import { describeEventFeed } from '../../contracts/eventFeed.js';
import { describeEventStore } from '../../contracts/eventStore.js';
import { describeReadModels } from '../../contracts/readModels.js';
import { describeRunRecords } from '../../contracts/runRecords.js';
import { newDirectory, openInNewDirectory, removeDirectory } from './directory.js';

describeCursors('sqlite', openInNewDirectory);
describeEventStore('sqlite', openInNewDirectory);
describeEventFeed('sqlite', openInNewDirectory);
describeReadModels('sqlite', openInNewDirectory);
describeRunRecords('sqlite', openInNewDirectory);

it('sqlite keeps cursors across a restart', async () => {
  const directory = newDirectory();
  const first = await openSqlite({ directory, node: 'n1' });
  await first.cursors.save('notify/0', 12, 'mark');
  await first.close();
  const second = await openSqlite({ directory, node: 'n2' });
  expect(await second.cursors.load('notify/0')).toEqual({ position: 12, mark: 'mark' });
  await second.close();
  removeDirectory(directory);
});
