import { connect, type NatsConnection } from 'nats';
import { type Nats, openNats } from '../../../src/adapters/nats/index.js';
import { background } from '../../../src/adapters/system/background.js';
import type { Stored } from '../../contracts/eventPublisher.js';

export const open = (url: string, given: { readonly partitions?: number; readonly store?: string } = {}): Nats =>
  openNats({ url, partitions: 1, store: 'test', node: 'n1', background, ...given });

/** A connection of the operator's, which is back soon after the server is. */
export const operator = (url: string): Promise<NatsConnection> =>
  connect({ servers: url, reconnectTimeWait: 20, maxReconnectAttempts: -1 });

/** What a stream holds, as a consumer reads it. */
export const readStream = async (connection: NatsConnection, stream: string): Promise<readonly Stored[]> => {
  const { streams } = await connection.jetstreamManager();
  const { state } = await streams.info(stream);
  if (state.messages === 0) return [];
  const consumer = await connection.jetstream().consumers.get(stream);
  const messages: Stored[] = [];
  for await (const message of await consumer.fetch({ max_messages: state.messages, expires: 10_000 })) {
    messages.push({
      id: message.headers?.get('Nats-Msg-Id') ?? '',
      sequence: message.headers?.get('Sched-Pos') ?? '',
      subject: message.subject,
      body: message.string(),
      streamSequence: message.seq,
    });
    if (message.seq >= state.last_seq) break;
  }
  return messages;
};
