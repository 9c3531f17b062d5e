// A further node for W6: opens the store, starts when it is told to, stops when its standard input ends.
import { createInterface } from 'node:readline';
import { open } from './nexus.mjs';

const node = await open(JSON.parse(process.argv[2]));
let ran = 0;
await node.pending();
process.stdout.write('open\n');
for await (const line of createInterface({ input: process.stdin })) if (line === 'start') await node.start(() => ran++);
await node.close();
if (process.env.BENCH_TALK) console.error(`another node ran ${ran}`);
process.exit(0);
