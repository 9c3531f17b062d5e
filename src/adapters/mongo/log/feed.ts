import type { EventFeed, Position } from '../../../application/ports/eventStore.js';
import { noEvents } from '../../codec/index.js';
import type { CommitDocument } from '../collections.js';
import { durable } from '../connect.js';
import { answered } from '../failures.js';
import { long } from '../native.js';
import { type LogContext, place } from './context.js';
import { commitOf, fillerStream } from './reader.js';

/** The log in the order of its positions, as a majority has it. */
export const eventFeed = (context: LogContext): EventFeed => {
  const { commits, barrier, known, partitions } = context;

  const head = async (partition: number): Promise<Position> => {
    const floor = known.floor(partition);
    const last = { sort: { n: -1 }, limit: 1, projection: place } as const;
    const [newest] = await barrier.kept(() => commits.find({ p: partition, n: { $gt: floor } }, last).toArray());
    if (newest) known.saw(newest);
    return newest?.n ?? floor;
  };

  const page = async (partition: number, after: Position, limit: number): Promise<readonly CommitDocument[]> => {
    const find = (n: { $gt: Position; $lte?: Position }) =>
      commits.find({ p: partition, n }, { sort: { n: 1 }, limit, batchSize: limit }).toArray();
    const end = after + limit;
    const isFarBehind = (known.floor(partition) || (await head(partition))) > end;
    // Not every server stops looking once it has as many as asked for: it is told where to stop.
    const found = isFarBehind ? await find({ $gt: after, $lte: end }) : [];
    return found.length > 0 ? found : find({ $gt: after });
  };

  const after: EventFeed['after'] = async (partition, position, limit) => {
    for (let looks = 1; ; looks++) {
      const found = await barrier.kept(() => page(partition, position, limit));
      if (found.length === 0) return [];
      const dense = found.filter(({ n }, i) => n === position + 1 + i);
      for (const commit of dense) known.saw(commit);
      if (dense.length > 0) return dense.map(commitOf);
      if (looks > 1) await fill(context, partition, position + 1);
    }
  };

  return {
    partitions,
    head: (partition) => answered(() => head(partition)),
    after: (partition, position, limit) => answered(() => after(partition, position, limit)),
  };
};

/**
 * Takes a position that stays empty while higher ones are taken: after a fail-over a writer may have numbered from a head that was
 * rolled back. Whoever else wants the position, wins it or tries the next; either way it is empty no longer.
 */
const fill = async ({ connection, ids, node, clock, log }: LogContext, partition: number, position: Position): Promise<void> => {
  const filler = {
    _id: `fill:${partition}:${position}`,
    tok: ids.next(),
    p: long(partition),
    n: long(position),
    s: fillerStream(partition),
    v: long(position),
    pv: null,
    at: new Date(clock.now()),
    w: node,
    d: noEvents,
  };
  const reply = await connection.db.command({ insert: 'commits', documents: [filler], writeConcern: durable });
  if (reply.n === 1) log.warn({ partition, position }, 'a hole in the log was filled');
};
