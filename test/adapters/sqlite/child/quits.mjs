// A worker that opens and then ends at its first request.
import { parentPort } from 'node:worker_threads';

parentPort.once('message', () => {
  parentPort.on('message', () => process.exit(1));
  parentPort.postMessage({ opened: true });
});
