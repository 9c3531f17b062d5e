import { connect } from 'nats';

export type Message = { readonly id: string; readonly subject: string; readonly sequence: string };

/** Everything that is in the stream of events, in its order. */
export const messagesOn = async (url: string): Promise<readonly Message[]> => {
  const connection = await connect({ servers: url });
  try {
    const manager = await connection.jetstreamManager();
    const { state } = await manager.streams.info('SCHEDULER_EVENTS');
    const found: Message[] = [];
    if (state.messages === 0) return found;
    const consumer = await connection.jetstream().consumers.get('SCHEDULER_EVENTS');
    for await (const message of await consumer.consume()) {
      const { id, subject, sequence } = message.json<Message>();
      found.push({ id, subject, sequence });
      if (message.info.pending === 0) break;
    }
    return found;
  } finally {
    await connection.close();
  }
};
