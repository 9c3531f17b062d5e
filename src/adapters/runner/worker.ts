// The entry of a worker thread, named `#job-worker` in package.json.
import { parentPort, workerData } from 'node:worker_threads';
import { Allowance } from './allowance.js';
import { callHandler } from './callHandler.js';
import { loadHandler } from './handlerModule.js';
import { type FromThread, type RunMessage, sent, type ThreadData, type ToThread } from './messages.js';
import { limitOutput } from './output.js';
import { SentFiles } from './sentFiles.js';
import { Words } from './words.js';

if (!parentPort) throw new Error('this module is the entry of a worker thread');
const port = parentPort;
const data = workerData as ThreadData;
const allowance = new Allowance(data.words);
for (const stream of [process.stdout, process.stderr]) limitOutput(stream, new Allowance(data.output));
let words: Words | null = null;
let abort = new AbortController();
let files: { readonly run: number; readonly sent: SentFiles } | null = null;

const send = (message: FromThread): void => port.postMessage(message);

const run = async ({ run, module, parameters, info }: RunMessage): Promise<void> => {
  abort = new AbortController();
  const sentFiles = new SentFiles(run, send);
  files = { run, sent: sentFiles };
  const said = new Words(run, allowance, send);
  words = said;
  const { signal } = abort;
  const loaded = await loadHandler(module);
  if (!loaded.ok) return send({ run, type: 'ended', outcome: loaded.outcome });
  send({ run, type: 'started' });
  const outcome = await callHandler(loaded.handler, parameters, info, {
    signal,
    onArtifact: (content) => sentFiles.keep(content),
    onLog: (level, message) => said.line(level, message),
    onProgress: (fraction, message) => said.progress({ fraction, ...(message !== undefined && { message }) }),
  });
  said.end();
  send({ run, type: 'ended', outcome: sent(outcome) });
};

port.on('message', (message: ToThread) => {
  if (message.type === 'run') void run(message);
  else if (message.type === 'goOn') words?.goOn();
  else if (message.type === 'abort') abort.abort(Object.assign(new Error(message.reason.message), message.reason));
  else if (message.run === files?.run) void files.sent.on(message);
});
