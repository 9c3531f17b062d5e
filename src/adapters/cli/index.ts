export { processEnvironment } from './process.js';
export { runCli } from './runCli.js';
