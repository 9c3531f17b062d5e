// The entry of a worker thread, named `#report-worker` in package.json.
import { parentPort, workerData } from 'node:worker_threads';
import type { Content, Order } from '../document.js';
import type { FromRenderer, ToRenderer } from './protocol.js';
import { Spool } from './spool.js';

if (!parentPort) throw new Error('this module is the entry of a worker thread');
const port = parentPort;
const order: Order = workerData;
const spool = new Spool();
let onMore = (): void => undefined;

const send = (message: FromRenderer): void => port.postMessage(message);

type Render = (content: Content) => AsyncIterable<Uint8Array>;
const renderers: { readonly [format in Order['format']]: () => Promise<Render> } = {
  pdf: async () => (await import('./pdf/index.js')).renderPdf,
  csv: async () => (await import('./csv.js')).renderCsv,
  xlsx: async () => (await import('./xlsx/index.js')).renderXlsx,
  html: async () => (await import('./html/index.js')).renderHtml,
};

const render = async ({ summary }: Extract<ToRenderer, { type: 'end' }>): Promise<void> => {
  const renderer = await renderers[order.format]();
  for await (const chunk of renderer({ ...order, summary, rowCount: spool.count, rows: spool.read() })) {
    const asked = new Promise<void>((resolve) => {
      onMore = resolve;
    });
    send({ type: 'chunk', chunk });
    await asked;
  }
  send({ type: 'done', rows: spool.count });
  port.close();
};

const failed = (error: unknown): void => {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  send({ type: 'failed', message, ...(stack !== undefined && { stack }) });
  port.close();
};

port.on('message', (message: ToRenderer) => {
  if (message.type === 'more') onMore();
  else if (message.type === 'end') render(message).catch(failed);
  else spool.add(message.rows).then(() => send({ type: 'more' }), failed);
});
