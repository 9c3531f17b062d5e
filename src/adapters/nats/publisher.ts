import { headers, type JetStreamManager, type MsgHdrs, type NatsConnection } from 'nats';
import { type EventPublisher, type Outgoing, type PublishedUpTo, PublisherUnavailable } from '../../application/ports/publisher.js';
import type { Millis } from '../../domain/instant.js';
import type { Connection } from './connection.js';
import { explained, isNoMessageFound, isStreamNotFound, isWrongLastSequence, notSetUp } from './failures.js';
import { faultsOf, sentTo, streamName, wantedConfig } from './streamConfig.js';

const answerMs: Millis = 5_000;
/** A purge goes through the index of the whole stream. */
const purgeMs: Millis = 30_000;
const inFlight = 1_000;
const charactersInFlight = 4_000_000;
/** Messages at the end of the stream that are passed over because they are somebody else's, or were removed by hand. */
const maxForeign = 100;

const messageId = 'Nats-Msg-Id';
const expectedLast = 'Nats-Expected-Last-Sequence';
const place = 'Sched-Pos';

/** Publishes to one JetStream stream per partition. */
export class JetStreamPublisher implements EventPublisher {
  /** By partition, how often the connection had been lost when its stream was last asked where it stands. */
  readonly #asked = new Map<number, number>();

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
      const { max_payload, version } = connection.info ?? {};
      const faults = faultsOf({ maxPayload: max_payload, config }, wanted);
      if (faults.length > 0) throw notSetUp(version, this.connection.server, faults);
    });
  }

  standing(partition: number): Promise<PublishedUpTo> {
    const name = streamName(partition, this.partitions);
    this.#asked.set(partition, this.connection.losses);
    return this.#manage(answerMs, async (manager) => {
      const { state } = await manager.streams.info(name);
      const streamSequence = state.last_seq;
      if (state.messages === 0) return { streamSequence, last: null };
      for (let seq = streamSequence; seq > streamSequence - maxForeign; seq--) {
        if (seq < state.first_seq) return { streamSequence, last: null };
        const header = (await manager.streams.getMessage(name, { seq }).catch(orNull))?.header;
        const sequence = header?.get(place);
        if (header && sequence) return { streamSequence, last: { id: header.get(messageId), sequence } };
      }
      throw new PublisherUnavailable(`stream ${name} ends with messages that are not the scheduler's: remove them`);
    });
  }

  async publish(partition: number, events: readonly Outgoing[], after: number): ReturnType<EventPublisher['publish']> {
    let streamSequence = after;
    for (const chunk of chunksOf(events)) {
      // A server that went down may have lost what it had, and have been filled up by another relay.
      if ((this.#asked.get(partition) ?? 0) !== this.connection.losses) return { outcome: 'fenced' };
      if (!(await this.#publishChunk(partition, chunk, streamSequence))) return { outcome: 'fenced' };
      streamSequence += chunk.length;
    }
    return { outcome: 'published', streamSequence };
  }

  purge(partition: number, subject: string, beforeSubject: string): Promise<void> {
    const name = streamName(partition, this.partitions);
    return this.#manage(purgeMs, async (manager) => {
      const message = await manager.streams.getMessage(name, { last_by_subj: beforeSubject }).catch(orNull);
      // To the server, 1 is no bound at all; and there is nothing before the first message.
      if (message && message.seq > 1) await manager.streams.purge(name, { filter: subject, seq: message.seq });
    });
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /**
   * Each message is stored only right after the one before it, so that the last one's acknowledgement speaks for all: that is several
   * times faster than to ask for each. The first goes ahead alone: a relay that was overtaken must not get in between another's.
   */
  async #publishChunk(partition: number, chunk: readonly Outgoing[], after: number): Promise<boolean> {
    try {
      return await this.connection.use(async (connection) => {
        const stream = connection.jetstream({ timeout: answerMs });
        const argumentsOf = (event: Outgoing, i: number) =>
          [sentTo(event.subject, partition, this.partitions), event.body, { headers: headersOf(event, after + i) }] as const;
        let acknowledged = after;
        for (const [i, event] of chunk.entries()) {
          if (i > 0 && i < chunk.length - 1) connection.publish(...argumentsOf(event, i));
          else acknowledged = (await stream.publish(...argumentsOf(event, i))).seq;
          if (i === 0 && acknowledged !== after + 1) throw alreadyTaken(event, acknowledged);
        }
        return acknowledged === after + chunk.length;
      });
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

/** Within the window of de-duplication the server remembers messages that are gone, and does not take them again. */
const alreadyTaken = ({ id }: Outgoing, streamSequence: number): PublisherUnavailable =>
  new PublisherUnavailable(
    `JetStream took event ${id} before, as message ${streamSequence}; if that was removed from the stream, it takes it again after 10 minutes`,
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

const orNull = (error: unknown): null => {
  if (isNoMessageFound(error)) return null;
  throw error;
};
