// This scheduler in a process where V8 is set up as src/bootstrap/main.ts does.
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--max-inlined-bytecode-size-cumulative=100');

export { open } from './nexus.mjs';
