import type { Collection, Document } from 'mongodb';
import { Lru } from '../../../application/lru.js';
import type { Background, Clock } from '../../../application/ports/clock.js';
import type { Position, StreamKey, Version } from '../../../application/ports/eventStore.js';
import type { Ids } from '../../../application/ports/ids.js';
import type { Logger } from '../../../application/ports/logger.js';
import { hash32 } from '../../../domain/hash.js';
import type { CommitDocument } from '../collections.js';
import type { Connection } from '../connect.js';
import type { Barrier } from './barrier.js';

/** The newest commit of a stream that this process has seen acknowledged by a majority. There may be newer ones. */
export type Head = { readonly version: Version; readonly commitId: string; readonly position: Position };

/** What this process knows of the log. */
export type Knowledge = {
  /** The largest position seen in a partition: whatever is appended comes after it, so that holes are never filled late. */
  floor(partition: number): Position;
  head(stream: StreamKey): Head | undefined;
  /** To be told of every commit that is known to stay. */
  saw(commit: Seen): void;
};

type Seen = Pick<CommitDocument, '_id' | 's' | 'v' | 'p' | 'n'>;

export type LogContext = {
  readonly connection: Connection;
  readonly commits: Collection<CommitDocument>;
  readonly barrier: Barrier;
  readonly partitions: number;
  readonly known: Knowledge;
  /** This process, for people who read the log. */
  readonly node: string;
  /** The live nodes, this one among them, which may all write. */
  nodes(): readonly string[];
  readonly ids: Ids;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly background: Background;
  readonly log: Logger;
};

const rememberedStreams = 50_000;

export const knowledge = (partitions: number): Knowledge => {
  const floors: Position[] = Array(partitions).fill(0);
  const heads = new Lru<StreamKey, Head>(rememberedStreams);
  return {
    floor: (partition) => floors[partition] ?? 0,
    head: (stream) => heads.get(stream),
    saw: ({ _id: commitId, s, v: version, p, n: position }) => {
      floors[p] = Math.max(floors[p] ?? 0, position);
      if ((heads.get(s)?.version ?? 0) < version) heads.set(s, { version, commitId, position });
    },
  };
};

export const partitionOf = (stream: StreamKey, partitions: number): number => (partitions === 1 ? 0 : hash32(stream) % partitions);

/** The parts of a commit by which it is recognised and placed. */
export const place: Document = { tok: 1, s: 1, v: 1, p: 1, n: 1 };
