export type { CliEnvironment, CliInput, CliOutput, CliScheduler, OpenOptions } from './environment.js';
export { processEnvironment } from './process.js';
export { runCli } from './runCli.js';
