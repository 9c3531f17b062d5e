import { connect, type NatsConnection } from 'nats';

export type Message = { readonly id: string; readonly subject: string; readonly sequence: string };

const stream = 'SCHEDULER_EVENTS';

const connected = async <T>(url: string, use: (connection: NatsConnection) => Promise<T>): Promise<T> => {
  const connection = await connect({ servers: url });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
};

/** How many events there are in the stream; none where it does not exist yet. */
export const countOn = (url: string): Promise<number> =>
  connected(url, async (connection) => {
    const manager = await connection.jetstreamManager();
    const names = await manager.streams.names().next();
    return names.includes(stream) ? (await manager.streams.info(stream)).state.messages : 0;
  });

/** Everything that is in the stream, in its order. */
export const messagesOn = (url: string): Promise<readonly Message[]> =>
  connected(url, async (connection) => {
    const found: Message[] = [];
    const consumer = await connection.jetstream().consumers.get(stream);
    for await (const message of await consumer.consume()) {
      const { id, subject, sequence } = message.json<Message>();
      found.push({ id, subject, sequence });
      if (message.info.pending === 0) break;
    }
    return found;
  });
