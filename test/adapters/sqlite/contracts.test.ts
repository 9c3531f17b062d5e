import { describeEventFeed } from '../../contracts/eventFeed.js';
import { describeEventStore } from '../../contracts/eventStore.js';
import { describeReadModels } from '../../contracts/readModels.js';
import { describeRunRecords } from '../../contracts/runRecords.js';
import { openInNewDirectory } from './directory.js';

describeEventStore('sqlite', openInNewDirectory);
describeEventFeed('sqlite', openInNewDirectory);
describeReadModels('sqlite', openInNewDirectory);
describeRunRecords('sqlite', openInNewDirectory);
