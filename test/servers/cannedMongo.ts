import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';

export type CannedMongo = { readonly uri: string; close(): Promise<void> };

const headerBytes = 16;
const opMsg = 2013;
const opReply = 1;
const opQuery = 2004;

/** Speaks just enough of the protocol to give every command the same answer: for servers of a kind that nobody can run here. */
export const startCannedMongo = async (answer: Document): Promise<CannedMongo> => {
  const sockets = new Set<Socket>();
  const body = BSON.serialize({ ok: 1, ...answer });
  const listener = createServer((socket) => {
    sockets.add(socket);
    let received = Buffer.alloc(0);
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        received = Buffer.concat([received, data]);
        while (received.length >= headerBytes && received.length >= received.readInt32LE(0)) {
          socket.write(replyTo(received, body));
          received = received.subarray(received.readInt32LE(0));
        }
      });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    uri: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
};

/** In the form in which it was asked: the first greeting of a driver is still an old query. */
const replyTo = (request: Buffer, body: Uint8Array): Buffer => {
  const isOld = request.readInt32LE(12) === opQuery;
  const before = isOld ? Buffer.alloc(20) : Buffer.alloc(5);
  if (isOld) before.writeInt32LE(1, 16);
  const header = Buffer.alloc(headerBytes);
  header.writeInt32LE(headerBytes + before.length + body.length, 0);
  header.writeInt32LE(request.readInt32LE(4), 8);
  header.writeInt32LE(isOld ? opReply : opMsg, 12);
  return Buffer.concat([header, before, body]);
};
