import type { Document } from 'mongodb';
import type { Position } from '../../../application/ports/eventStore.js';
import { hashFraction } from '../../../domain/hash.js';
import type { Millis } from '../../../domain/instant.js';
import { durable } from '../connect.js';
import { codeOf, confirmed, duplicateKey, isRefusal, type Unconfirmed, unavailable } from '../failures.js';
import { long } from '../native.js';
import type { LogContext } from './context.js';
import type { Pending } from './pending.js';
import { checkBases, resolve } from './verdicts.js';

const shortestPauseMs: Millis = 10;
const longestPauseMs: Millis = 1_000;
/**
 * Of those who lost a position some step back by up to this many round trips, so that they do not lose the next one too. Whoever has
 * stepped back that often does so no more.
 */
const mostRoundTrips = 8;
/** Who wrote last knows the next position first, and would win forever. After so many wins in a row it looks it up, as all others do. */
const mostWins = 4;

type WriteError = { readonly index: number; readonly code: number; readonly errmsg?: string; readonly keyPattern?: Document };
/** The server's word on an insert in order, which ends at the first document that it cannot take. */
type Reply = { readonly n: number; readonly writeErrors?: readonly WriteError[] } & Unconfirmed;

/**
 * Tries once to write commits, all of different streams, and answers those whose fate is known by then. Returns how long to wait before
 * the others are tried again.
 */
export const batchWriter = (context: LogContext, partition: number): ((batch: readonly Pending[]) => Promise<Millis>) => {
  const { known, clock } = context;
  /** How often we have written the next position without looking it up: as far as we know nobody else wrote meanwhile. */
  let wins = 0;
  let lost = 0;
  let failed = 0;
  let roundTripMs = 1;

  const nextPosition = async (): Promise<Position> => {
    const isHeadKnown = wins > 0 && (wins % mostWins > 0 || !context.isShared());
    return (isHeadKnown ? known.floor(partition) : await localHead(context, partition)) + 1;
  };

  const insert = async (batch: readonly Pending[], from: Position): Promise<Reply> => {
    const documents = batch.map((pending, i) => documentOf(pending, from + i, context.node));
    const startedAt = clock.monotonic();
    const command = { insert: 'commits', documents, ordered: true, writeConcern: durable };
    const reply = (await context.connection.db.command(command)) as unknown as Reply;
    roundTripMs = clock.monotonic() - startedAt;
    return confirmed(reply);
  };

  const write = async (batch: readonly Pending[]): Promise<void> => {
    await checkBases(context, batch);
    const open = batch.filter(isOpen);
    if (open.length === 0) return;
    const from = await nextPosition();
    const { n, writeErrors } = await insert(open, from);
    const error = writeErrors?.[0];
    if (n !== (error?.index ?? open.length)) return resolve(context, open);
    for (const [i, pending] of open.slice(0, n).entries()) {
      known.saw({ _id: pending.request.commitId, s: pending.request.stream, v: pending.version, p: partition, n: from + i });
      pending.placed('appended', from + i);
    }
    const rest = open.slice(n);
    wins = error ? 0 : wins + 1;
    lost = error ? lost + 1 : 0;
    if (error && isRefusal(error.code)) rest[0]?.fail(unavailable(new Error(error.errmsg)));
    else if (error && !isTakenPosition(error)) await resolve(context, rest);
  };

  return async (batch) => {
    const jitter = hashFraction(`${batch[0]?.token} ${lost + failed}`);
    try {
      await write(batch);
      failed = 0;
      return lost < mostRoundTrips ? jitter * lost * roundTripMs : 0;
    } catch (error) {
      wins = 0;
      for (const pending of batch.filter(isOpen)) {
        if (isRefusal(codeOf(error))) pending.fail(unavailable(error));
        else pending.trouble = error;
      }
      await resolve(context, batch.filter(isOpen)).catch(() => undefined);
      return Math.min(longestPauseMs, shortestPauseMs * 2 ** failed++) * (1 + jitter);
    }
  };
};

const isOpen = (pending: Pending): boolean => pending.isOpen;

/** Not every server says which index it was; then only reading back tells. */
const isTakenPosition = ({ code, keyPattern }: WriteError): boolean =>
  code === duplicateKey && keyPattern !== undefined && 'n' in keyPattern;

/** The newest position as the server itself sees it: good enough to number by, since a wrong guess only costs another try. */
const localHead = async ({ commits, known }: LogContext, partition: number): Promise<Position> => {
  const floor = known.floor(partition);
  const options = { sort: { n: -1 }, projection: { n: 1 }, readConcern: { level: 'local' } } as const;
  return (await commits.findOne({ p: partition, n: { $gt: floor } }, options))?.n ?? floor;
};

const documentOf = ({ request, partition, version, token, base, data }: Pending, position: Position, node: string): Document => ({
  _id: request.commitId,
  tok: token,
  p: long(partition),
  n: long(position),
  s: request.stream,
  v: long(version),
  pv: base ?? null,
  at: new Date(request.at),
  w: node,
  d: data,
});
