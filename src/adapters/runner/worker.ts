// The entry of a worker thread, named `#job-worker` in package.json.
import { parentPort } from 'node:worker_threads';
import { callHandler } from './callHandler.js';
import { loadHandler } from './handlerModule.js';
import { type FromThread, type RunMessage, sent, type ToThread } from './messages.js';

if (!parentPort) throw new Error('this module is the entry of a worker thread');
const port = parentPort;
let abort = new AbortController();

const send = (message: FromThread): void => port.postMessage(message);

const run = async ({ run, module, parameters, info }: RunMessage): Promise<void> => {
  abort = new AbortController();
  const { signal } = abort;
  const loaded = await loadHandler(module);
  if (!loaded.ok) return send({ run, type: 'ended', outcome: loaded.outcome });
  send({ run, type: 'started' });
  const outcome = await callHandler(loaded.handler, parameters, info, {
    signal,
    onLog: (level, message) => send({ run, type: 'log', level, message }),
    onProgress: (fraction, message) => send({ run, type: 'progress', fraction, ...(message !== undefined && { message }) }),
  });
  send({ run, type: 'ended', outcome: sent(outcome) });
};

port.on('message', (message: ToThread) => {
  if (message.type === 'run') void run(message);
  else abort.abort(Object.assign(new Error(message.reason.message), message.reason));
});
