// Opens the store, says so, and holds it until it is killed.
import { openSqlite } from '../../../../dist/adapters/sqlite/index.js';

await openSqlite({ directory: process.argv[2], node: 'child' });
process.stdout.write('open\n');
setInterval(() => {}, 1_000);
