import { headers, type JetStreamManager, type MsgHdrs, type NatsConnection, type PubAck, type StoredMsg } from 'nats';
import { type EventPublisher, type Outgoing, type PublishedUpTo, PublisherUnavailable } from '../../application/ports/publisher.js';
import type { Millis } from '../../domain/instant.js';
import type { Connection } from './connection.js';
import { explained, isNoMessageFound, isStreamNotFound, isWrongLastSequence } from './failures.js';
import { events as allEvents, maxPayload, mismatches, sentTo, streamName, wantedConfig } from './streamConfig.js';

const answerMs: Millis = 5_000;
/** A purge goes through the index of the whole stream. */
const purgeMs: Millis = 30_000;
const inFlight = 1_000;
const charactersInFlight = 4_000_000;
/** Messages of somebody else, at the end of the stream, that are passed over. */
const maxForeign = 100;

const messageId = 'Nats-Msg-Id';
const expectedLast = 'Nats-Expected-Last-Sequence';
const place = 'Sched-Pos';

/** Publishes to one JetStream stream per partition. */
export class JetStreamPublisher implements EventPublisher {
  constructor(
    private readonly connection: Connection,
    private readonly partitions: number,
  ) {}

  prepare(partition: number): Promise<void> {
    const wanted = wantedConfig(partition, this.partitions);
    return this.#manage(answerMs, async (manager, connection) => {
      const { config } = await manager.streams.info(wanted.name).catch((error) => {
        if (isStreamNotFound(error)) return manager.streams.add(wanted);
        throw error;
      });
      const faults = mismatches(config, wanted).map((fault) => `stream ${wanted.name}: ${fault}`);
      const { max_payload: most = maxPayload, version } = connection.info ?? {};
      if (most < maxPayload) faults.push(`max_payload is ${most} instead of at least ${maxPayload}`);
      if (faults.length > 0)
        throw new PublisherUnavailable(`NATS ${version} at ${this.connection.server} is not set up for the events: ${faults.join('; ')}`);
    });
  }

  standing(partition: number): Promise<PublishedUpTo> {
    const name = streamName(partition, this.partitions);
    return this.#manage(answerMs, async (manager) => {
      const { state } = await manager.streams.info(name);
      const streamSequence = state.last_seq;
      let message = await newest(manager, name, `${allEvents}.>`);
      for (let passed = 0; message; passed++) {
        const sequence = message.header.get(place);
        if (sequence !== '') return { streamSequence, last: { id: message.header.get(messageId), sequence } };
        if (passed === maxForeign) throw new PublisherUnavailable(`stream ${name} ends with messages that are not the scheduler's`);
        message = await before(manager, name, message.seq);
      }
      return { streamSequence, last: null };
    });
  }

  async publish(partition: number, events: readonly Outgoing[], after: number): ReturnType<EventPublisher['publish']> {
    let streamSequence = after;
    for (const chunk of chunksOf(events)) {
      if (!(await this.#publishChunk(partition, chunk, streamSequence))) return { outcome: 'fenced' };
      streamSequence += chunk.length;
    }
    return { outcome: 'published', streamSequence };
  }

  purge(partition: number, subject: string, beforeSubject: string): Promise<void> {
    const name = streamName(partition, this.partitions);
    return this.#manage(purgeMs, async (manager) => {
      const message = await newest(manager, name, beforeSubject);
      if (message) await manager.streams.purge(name, { filter: subject, seq: message.seq });
    });
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /**
   * Each message is stored only right after the one before it. So the last one's acknowledgement speaks for all, and only the first,
   * whose refusal says why, is asked for its own; this is several times faster than asking for all.
   */
  async #publishChunk(partition: number, chunk: readonly Outgoing[], after: number): Promise<boolean> {
    try {
      const acknowledged = await this.connection.use(async (connection) => {
        const stream = connection.jetstream({ timeout: answerMs });
        const answers: Promise<PubAck>[] = [];
        for (const [i, event] of chunk.entries()) {
          const subject = sentTo(event.subject, partition, this.partitions);
          const message = { headers: headersOf(event, after + i) };
          if (i === 0 || i === chunk.length - 1) answers.push(handled(stream.publish(subject, event.body, message)));
          else connection.publish(subject, event.body, message);
        }
        return await Promise.all(answers);
      });
      const [first, last] = [acknowledged[0], acknowledged.at(-1)];
      if (first && first.seq !== after + 1) throw alreadyTaken(chunk[0], first);
      return last?.seq === after + chunk.length;
    } catch (error) {
      if (isWrongLastSequence(error)) return false;
      throw explained(error, this.connection.server);
    }
  }

  async #manage<T>(timeout: Millis, work: (manager: JetStreamManager, connection: NatsConnection) => Promise<T>): Promise<T> {
    try {
      return await this.connection.use(async (connection) =>
        work(await connection.jetstreamManager({ checkAPI: false, timeout }), connection),
      );
    } catch (error) {
      throw explained(error, this.connection.server);
    }
  }
}

const headersOf = ({ id, sequence }: Outgoing, after: number): MsgHdrs => {
  const all = headers();
  all.set(messageId, id);
  all.set(expectedLast, `${after}`);
  all.set(place, sequence);
  return all;
};

/** Nobody may be waiting any more when it is settled. */
const handled = <T>(answer: Promise<T>): Promise<T> => {
  answer.catch(() => undefined);
  return answer;
};

/** Within the window of de-duplication the server remembers messages that are gone, and does not take them again. */
const alreadyTaken = (event: Outgoing | undefined, { seq }: PubAck): PublisherUnavailable =>
  new PublisherUnavailable(
    `JetStream has taken event ${event?.id} before, as message ${seq}; if it was removed from the stream, it is taken again 10 minutes later`,
  );

const chunksOf = (events: readonly Outgoing[]): readonly (readonly Outgoing[])[] => {
  const chunks: Outgoing[][] = [];
  let room = 0;
  for (const event of events) {
    const chunk = chunks.at(-1);
    room -= event.body.length;
    if (chunk && chunk.length < inFlight && room >= 0) chunk.push(event);
    else {
      chunks.push([event]);
      room = charactersInFlight - event.body.length;
    }
  }
  return chunks;
};

const newest = (manager: JetStreamManager, stream: string, subject: string): Promise<StoredMsg | null> =>
  manager.streams.getMessage(stream, { last_by_subj: subject }).catch(orNull);

/** The nearest message below a sequence; there may be gaps. */
const before = async (manager: JetStreamManager, stream: string, sequence: number): Promise<StoredMsg | null> => {
  for (let seq = sequence - 1; seq >= Math.max(1, sequence - maxForeign); seq--) {
    const message = await manager.streams.getMessage(stream, { seq }).catch(orNull);
    if (message) return message;
  }
  return null;
};

const orNull = (error: unknown): null => {
  if (isNoMessageFound(error)) return null;
  throw error;
};
