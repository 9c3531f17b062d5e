import { hostname } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { Background } from '../../application/ports/clock.js';
import { startBeats } from './cluster/beats.js';
import type { BeatOptions, FromBeats, ToBeats } from './cluster/protocol.js';
import { collectionsOf } from './collections.js';
import { newClient } from './connect.js';
import { long } from './native.js';

// The thread that beats, with a connection of its own: a handler that holds up the main thread for a while does not make this node look
// dead.

const port = parentPort;
if (!port) throw new Error('This module is the entry of a worker thread');

const { uri, database, node, beatMs, lookMs, fenceMs, vouchedBeats } = workerData as BeatOptions;

const background: Background = {
  after: (delay, callback) => {
    const timer = setTimeout(callback, delay);
    return () => clearTimeout(timer);
  },
};
const clock = { monotonic: () => performance.now() };

/** A beat that takes longer than this is given up, so that the next one can be sent. A busy server may need some time to take a connection. */
const patienceMs = Math.max(beatMs, 2_000);
const client = newClient(uri, {
  maxPoolSize: 1,
  serverMonitoringMode: 'poll',
  serverSelectionTimeoutMS: patienceMs,
  connectTimeoutMS: patienceMs,
  socketTimeoutMS: patienceMs,
  waitQueueTimeoutMS: patienceMs,
});
const writeConcern = { w: 'majority', wtimeoutMS: patienceMs } as const;
const { nodes } = collectionsOf(client.db(database, { readPreference: 'primary', writeConcern }));

const startedAt = new Date(Date.now());
const tell = (message: FromBeats): void => port.postMessage(message);

const beats = startBeats({
  beat: async (count, handlerKeys) => {
    const fields = { beat: long(count), handlerKeys, host: hostname(), pid: process.pid, startedAt, at: new Date(Date.now()) };
    await nodes.updateOne({ _id: node }, { $set: fields as never }, { upsert: true });
  },
  look: () => nodes.find({}, { projection: { beat: 1, handlerKeys: 1 } }).toArray(),
  tell,
  clock,
  background,
  beatMs,
  lookMs,
  fenceMs,
  vouchedBeats,
});

const stop = async (): Promise<void> => {
  await beats.stop();
  await nodes.deleteOne({ _id: node }).catch(() => undefined);
  await client.close();
  tell({ kind: 'stopped' });
};

port.on('message', (message: ToBeats) => {
  if (message.kind === 'announce') beats.announce(message.handlerKeys);
  else if (message.kind === 'heard') beats.heard();
  else if (message.kind === 'forget') void nodes.deleteMany({ _id: { $in: [...message.nodes] } }).catch(() => undefined);
  else void stop();
});
