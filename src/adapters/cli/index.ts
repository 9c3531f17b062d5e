export type { OpenOptions } from './environment.js';
export { processEnvironment } from './process.js';
export { runCli } from './runCli.js';
