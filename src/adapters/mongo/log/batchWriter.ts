import type { Document } from 'mongodb';
import type { Position } from '../../../application/ports/eventStore.js';
import { hashFraction } from '../../../domain/hash.js';
import type { Millis } from '../../../domain/instant.js';
import { durable } from '../connect.js';
import { codeOf, confirmed, duplicateKey, isRefusal, type Unconfirmed, unavailable } from '../failures.js';
import { long } from '../native.js';
import type { LogContext } from './context.js';
import type { Pending } from './pending.js';
import { Turns } from './turns.js';
import { checkBases, resolve } from './verdicts.js';

const shortestPauseMs: Millis = 10;
const longestPauseMs: Millis = 1_000;
/** Between two looks at a position that is left to others. */
const longestLookMs: Millis = 250;
/** Who wrote last knows the next position first, and would win forever. After so many wins in a row it looks it up, as all others do. */
const mostWins = 4;
/** So many gather while one batch is written only where the store can hardly follow. */
const manyCommits = 10;
/** After a loss the next try is with so many commits: it costs less if it is lost too, and those who win it learn of it. */
const commitsAfterLoss = 10;

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
  let hasLost = false;
  let failed = 0;
  let roundTripMs = 1;
  const turns = new Turns(context.node, context.nodes);

  const nextPosition = async (): Promise<Position> => {
    const isHeadKnown = wins > 0 && (wins % mostWins > 0 || context.nodes().length === 1);
    return (isHeadKnown ? known.floor(partition) : await localHead(context, partition)) + 1;
  };

  /** Whether a position is left to others for a moment: only by those who have lost one, or have much to write. */
  const leaves = (position: Position, commits: number): boolean =>
    (hasLost || turns.isLeaving || commits >= manyCommits) && turns.leaves(position);

  const insert = async (batch: readonly Pending[], from: Position): Promise<Reply> => {
    const documents = batch.map((pending, i) => documentOf(pending, from + i, context.node));
    const startedAt = clock.monotonic();
    const command = { insert: 'commits', documents, ordered: true, writeConcern: durable };
    const reply = (await context.connection.db.command(command)) as unknown as Reply;
    roundTripMs = clock.monotonic() - startedAt;
    return confirmed(reply);
  };

  const learn = (error: WriteError | undefined): void => {
    hasLost = error !== undefined && mayBePosition(error);
    wins = error ? 0 : wins + 1;
    if (hasLost) turns.heed();
  };

  const write = async (batch: readonly Pending[]): Promise<Millis> => {
    await checkBases(context, batch);
    const all = batch.filter(isOpen);
    if (all.length === 0) return 0;
    const from = await nextPosition();
    if (leaves(from, all.length)) {
      wins = 0;
      return Math.min(longestLookMs, roundTripMs);
    }
    const open = hasLost ? all.slice(0, commitsAfterLoss) : all;
    const { n, writeErrors } = await insert(open, from);
    const error = writeErrors?.[0];
    if (n !== (error?.index ?? open.length)) {
      await resolve(context, open);
      return 0;
    }
    for (const [i, pending] of open.slice(0, n).entries()) {
      known.saw({ _id: pending.request.commitId, s: pending.request.stream, v: pending.version, p: partition, n: from + i });
      pending.placed('appended', from + i);
    }
    learn(error);
    const rest = open.slice(n);
    if (error && isRefusal(error.code)) rest[0]?.fail(unavailable(new Error(error.errmsg)));
    else if (error && !isTakenPosition(error)) await resolve(context, rest);
    return 0;
  };

  return async (batch) => {
    try {
      const waitMs = await write(batch);
      failed = 0;
      return waitMs;
    } catch (error) {
      wins = 0;
      for (const pending of batch.filter(isOpen)) {
        if (isRefusal(codeOf(error))) pending.fail(unavailable(error));
        else pending.trouble = error;
      }
      await resolve(context, batch.filter(isOpen)).catch(() => undefined);
      return Math.min(longestPauseMs, shortestPauseMs * 2 ** failed++) * (1 + hashFraction(`${batch[0]?.token} ${failed}`));
    }
  };
};

const isOpen = (pending: Pending): boolean => pending.isOpen;

const mayBePosition = ({ code, keyPattern }: WriteError): boolean =>
  code === duplicateKey && (keyPattern === undefined || 'n' in keyPattern);

/** Not every server says which index it was; then only reading back tells. */
const isTakenPosition = (error: WriteError): boolean => error.keyPattern !== undefined && mayBePosition(error);

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
