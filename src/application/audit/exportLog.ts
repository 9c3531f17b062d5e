import type { EventCodec } from '../ports/eventCodec.js';
import type { Commit, EventStore, StreamKey } from '../ports/eventStore.js';
import { streamOf } from '../streams.js';

/** The first line of an exported log, and the last: a log that was cut off in between is not taken for whole. */
export type LogHeader = { readonly format: 'nexus-scheduler-log'; readonly version: 2; readonly organization: string | null };

export type LogEnd = { readonly end: true; readonly commits: number };

const page = 500;

/**
 * The log as lines of JSON: a header, one line for each commit, those of a job together and in order, and how many there were. Jobs are independent of each
 * other, so that a log is whole whose jobs are each whole. Commits that retention or deletion emptied keep their place; what stands in for
 * them comes later in the same job, whenever that happened. A `jobName` of the organization leaves out all its other jobs.
 */
export async function* exportLog(
  store: Pick<EventStore, 'read' | 'streams'>,
  codec: Pick<EventCodec, 'encode'>,
  organization: string | null,
  jobName: string | null = null,
): AsyncGenerator<string, void, undefined> {
  yield JSON.stringify({ format: 'nexus-scheduler-log', version: 2, organization } satisfies LogHeader);
  let commits = 0;
  for await (const stream of streamsOf(store, organization, jobName))
    for (const commit of await store.read(stream, 0)) {
      commits++;
      yield lineOf(commit, codec);
    }
  yield JSON.stringify({ end: true, commits } satisfies LogEnd);
}

async function* streamsOf(
  store: Pick<EventStore, 'streams'>,
  organization: string | null,
  jobName: string | null,
): AsyncGenerator<StreamKey, void, undefined> {
  if (organization !== null && jobName !== null) return yield streamOf(organization, jobName);
  const prefix = organization === null ? '' : `${organization}/`;
  for (let after: StreamKey | null = prefix === '' ? null : prefix; ; ) {
    const streams: readonly StreamKey[] = await store.streams(after, page);
    for (const stream of streams) if (stream.startsWith(prefix)) yield stream;
    if (streams.length < page) return;
    after = streams.at(-1) ?? null;
  }
}

const lineOf = ({ commitId, stream, version, at, events }: Commit, codec: Pick<EventCodec, 'encode'>): string => {
  const head = JSON.stringify({ commitId, stream, version, at });
  return `${head.slice(0, -1)},"events":${codec.encode(events)}}`;
};
