// Says what it does last: the process has to end by itself, with the store closed or merely idle, and not before an answer.
import { openSqlite } from '../../../../dist/adapters/sqlite/index.js';

const [directory, how] = process.argv.slice(2);
const { store, close } = await openSqlite({ directory, node: 'child' });
const request = { stream: `acme/${how}`, expectedVersion: 0, commitId: how, at: 1, events: [] };
store.append(request).then(async ({ outcome }) => {
  if (how === 'closed') await close();
  process.stdout.write(`${outcome} ${how}`);
});
