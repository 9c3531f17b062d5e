import { Lru } from '../../../application/lru.js';
import type { AppendBatch } from '../protocol.js';
import { bulk } from './bulk.js';
import type { Database, Value } from './driver.js';
import { transactionOn } from './transaction.js';

/** Streams whose newest version is remembered: most commits follow closely on the one before. */
const rememberedHeads = 10_000;

/**
 * Appends many commits in one transaction. Per commit the answer is its position; negative where the very same commit is in the
 * log already; 0 for a conflict.
 */
export const appenderTo = (db: Database): ((batch: AppendBatch) => readonly number[]) => {
  const transaction = transactionOn(db);
  const insertStreams = bulk(db, 2, 'INSERT INTO streams (id, key) VALUES ?');
  const insertCommits = bulk(db, 6, 'INSERT INTO commits (position, stream_id, version, commit_id, at, data) VALUES ?');
  const findHeads = db.prepare(
    `SELECT k.key, s.id, (SELECT max(version) FROM commits WHERE stream_id = s.id)
     FROM json_each(?) k CROSS JOIN streams s ON s.key = k.value`,
  );
  const findSlot = db.prepare('SELECT commit_id, position FROM commits WHERE stream_id = ? AND version = ?');
  const newest = db.prepare('SELECT (SELECT max(position) FROM commits), (SELECT max(id) FROM streams)').all([])[0];
  let lastPosition = Number(newest?.[0] ?? 0);
  let lastStream = Number(newest?.[1] ?? 0);

  // True to the file, because nobody else writes to it.
  const remembered = new Lru<string, Head>(rememberedHeads);

  /** The heads of streams that exist, each the caller's own to change. */
  const headsOf = (streams: readonly string[]): Map<string, Head> => {
    const heads = new Map<string, Head>();
    const unknown: string[] = [];
    for (const stream of streams) {
      const head = remembered.get(stream);
      if (!head) unknown.push(stream);
      else if (!heads.has(stream)) heads.set(stream, { id: head.id, version: head.version });
    }
    if (unknown.length > 0)
      for (const [i, id, version] of findHeads.all([JSON.stringify(unknown)]))
        heads.set(unknown[Number(i)] ?? '', { id: Number(id), version: Number(version) });
    return heads;
  };

  const write = (batch: AppendBatch): Written => {
    const { streams, versions, commitIds, ats, data } = batch;
    const heads = headsOf(streams);
    const newStreams: Value[] = [];
    const newCommits: Value[] = [];
    const answers: number[] = [];
    let position = lastPosition;
    let streamId = lastStream;
    for (const [i, stream] of streams.entries()) {
      const expected = versions[i] ?? 0;
      const head = heads.get(stream) ?? { id: 0, version: 0 };
      if (expected !== head.version) {
        answers.push(expected > head.version ? 0 : repeated(batch, i, answers, head.id));
        continue;
      }
      if (head.id === 0) {
        head.id = ++streamId;
        newStreams.push(head.id, stream);
        heads.set(stream, head);
      }
      head.version++;
      newCommits.push(++position, head.id, head.version, commitIds[i] ?? '', ats[i] ?? 0, data[i] ?? '');
      answers.push(position);
    }
    if (newStreams.length > 0) insertStreams(newStreams);
    if (newCommits.length > 0) insertCommits(newCommits);
    return { answers, position, streamId, heads };
  };

  /** The negative position of a commit that was appended before, in this batch or an earlier one; 0 if another took its place. */
  const repeated = ({ streams, versions, commitIds }: AppendBatch, i: number, answers: readonly number[], streamId: number): number => {
    const expected = versions[i] ?? 0;
    const here = answers.findIndex((answer, k) => answer > 0 && streams[k] === streams[i] && versions[k] === expected);
    if (here >= 0) return commitIds[here] === commitIds[i] ? -(answers[here] ?? 0) : 0;
    const [slot] = findSlot.all([streamId, expected + 1]);
    return slot?.[0] === commitIds[i] ? -Number(slot?.[1]) : 0;
  };

  return (batch) => {
    // What is remembered moves only with the transaction: positions stay dense whatever fails.
    const { answers, position, streamId, heads } = transaction(() => write(batch));
    lastPosition = position;
    lastStream = streamId;
    for (const [stream, head] of heads) remembered.set(stream, head);
    return answers;
  };
};

type Written = {
  readonly answers: readonly number[];
  readonly position: number;
  readonly streamId: number;
  readonly heads: ReadonlyMap<string, Head>;
};

type Head = { id: number; version: number };
