import { openMemory } from '../../../src/adapters/memory/index.js';
import { describeCursors } from '../../contracts/cursors.js';
import { describeEventFeed } from '../../contracts/eventFeed.js';
import { describeEventStore } from '../../contracts/eventStore.js';
import { describeReadModels } from '../../contracts/readModels.js';
import { describeRunRecords } from '../../contracts/runRecords.js';

const open = async () => openMemory({ node: 'n1' });

describeCursors('memory', open);
describeEventStore('memory', open);
describeEventFeed('memory', open);
describeReadModels('memory', open);
describeRunRecords('memory', open);
