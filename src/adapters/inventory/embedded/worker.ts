import { parentPort, workerData } from 'node:worker_threads';
import { TableRefused } from '../../../application/ports/dataTables.js';
import { type InventoryFile, openInventory } from './files/open.js';
import type { Failure, Opening, Reply, Request, WorkerOptions } from './protocol.js';

// The thread that owns the file, so that neither the disk nor a long query ever holds up the main thread. Named `#inventory-worker` in
// package.json.

const port = parentPort;
if (!port) throw new Error('This module is the entry of a worker thread');

const failureOf = (error: unknown): Failure => ({
  message: error instanceof Error ? error.message : String(error),
  refused: error instanceof TableRefused,
});

const serve = (file: InventoryFile): void => {
  const answer = ({ id, call, given }: Request): Reply => {
    try {
      return { id, answer: (file[call] as (...given: readonly unknown[]) => unknown)(...given) };
    } catch (error) {
      return { id, failure: failureOf(error) };
    }
  };
  port.on('message', (request: Request) => port.postMessage(answer(request)));
};

const open = (): Opening => {
  try {
    serve(openInventory(workerData as WorkerOptions));
    return { opened: true };
  } catch (error) {
    return { failure: failureOf(error) };
  }
};

port.postMessage(open());
