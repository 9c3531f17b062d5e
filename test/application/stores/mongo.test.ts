import { afterAll } from 'vitest';
import { newDatabase } from '../../adapters/mongo/open.js';
import { mongoChoice } from '../../servers/mongo.js';
import { skipLoudly } from '../../servers/skip.js';
import { openOn } from '../opened.js';
import { importSomeSuites, importSuites } from './suites.js';

const kind = 'start' in mongoChoice('mongod') ? 'mongod' : 'secantusdb';
const choice = mongoChoice(kind);
if ('missing' in choice) skipLoudly(`the application on ${kind}`, choice.missing);
else {
  const server = await choice.start();
  afterAll(() => server.stop());
  openOn(() => ({ mongodb: server.uri, database: newDatabase() }), 'on a server');
  await (kind === 'mongod' || process.env.CHAOS === 'full' ? importSuites() : importSomeSuites());
}
