import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 put less of other functions into each that it optimizes: what it saves by that here is less than what the larger functions take
 * to compile. For a whole process: only who owns it may ask for this.
 */
export const inlineLess = (): void => setFlagsFromString('--max-inlined-bytecode-size-cumulative=100');
