import type { Commit, StreamKey, Version } from '../../../application/ports/eventStore.js';
import { type Instant, instant } from '../../../domain/instant.js';
import { decodeEvents, noEvents } from '../../codec/index.js';
import type { CommitDocument } from '../collections.js';
import type { LogContext } from './context.js';

/** Streams of commits without events that stand in for positions which nobody will ever fill. No job can have such a key. */
export const fillerStream = (partition: number): StreamKey => `$fill/${partition}`;
const isFiller = (stream: StreamKey): boolean => stream.startsWith('$fill/');
/** Sorts after every filler and before every job. */
const afterFillers = '$g';

/** Versions redacted by one command. */
const redactedAtOnce = 500;

export const commitOf = ({ _id, s, v, p, n, at, d }: CommitDocument): Commit => ({
  commitId: _id,
  stream: s,
  version: v,
  partition: p,
  position: n,
  at: instant(at.getTime()) satisfies Instant,
  events: decodeEvents(d),
});

/** Throws where a version is missing or does not follow the one before: then the log is damaged, and nothing may be built on it. */
export const readStream = async (context: LogContext, stream: StreamKey, afterVersion: Version): Promise<readonly Commit[]> => {
  const { commits, barrier } = context;
  const found = await barrier.kept(() =>
    commits
      .find({ s: stream, v: { $gt: afterVersion } })
      .sort({ v: 1 })
      .toArray(),
  );
  return checked(context, stream, afterVersion, found);
};

/** As `readStream` does for each of them, which are after the same version, with one question. What is damaged is named by stream. */
export const readStreams = async (
  context: LogContext,
  streams: readonly StreamKey[],
  afterVersion: Version,
): Promise<ReadonlyMap<StreamKey, () => readonly Commit[]>> => {
  const { commits, barrier } = context;
  const found = await barrier.kept(() =>
    commits
      .find({ s: { $in: [...streams] }, v: { $gt: afterVersion } })
      .sort({ s: 1, v: 1 })
      .toArray(),
  );
  const byStream = new Map<StreamKey, CommitDocument[]>(streams.map((stream) => [stream, []]));
  for (const commit of found) byStream.get(commit.s)?.push(commit);
  return new Map([...byStream].map(([stream, own]) => [stream, () => checked(context, stream, afterVersion, own)]));
};

const checked = ({ known }: LogContext, stream: StreamKey, afterVersion: Version, found: readonly CommitDocument[]): readonly Commit[] => {
  for (const [i, commit] of found.entries()) {
    const before = found[i - 1];
    const follows = commit.v === afterVersion + 1 + i && (before === undefined || commit.pv === before._id);
    if (!follows && !isFiller(stream)) throw new Error(`The log is damaged: version ${afterVersion + 1 + i} of ${stream} is missing`);
    known.saw(commit);
  }
  return found.map(commitOf);
};

/** Every stream has a first version forever: redaction empties commits and never removes them. */
export const listStreams = async ({ commits }: LogContext, after: StreamKey | null, limit: number): Promise<readonly StreamKey[]> => {
  const bound = after === null || after < afterFillers ? afterFillers : after;
  const found = await commits
    .find({ s: { $gt: bound }, v: 1 }, { projection: { _id: 0, s: 1 } })
    .sort({ s: 1 })
    .limit(limit)
    .toArray();
  return found.map(({ s }) => s);
};

/** Safe to repeat, and safe beside others that do the same. */
export const redactStream = async ({ commits }: LogContext, stream: StreamKey, belowVersion: Version): Promise<void> => {
  const newest = await commits.findOne({ s: stream }, { sort: { v: -1 }, projection: { v: 1 } });
  const end = Math.min(belowVersion, (newest?.v ?? 0) + 1);
  for (let from = 1; from < end; from += redactedAtOnce) {
    const range = { $gte: from, $lt: Math.min(end, from + redactedAtOnce) };
    await commits.updateMany({ s: stream, v: range, red: { $exists: false } }, { $set: { d: noEvents, red: 1 } });
  }
};
