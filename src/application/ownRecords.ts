import { exportLog } from './audit/exportLog.js';
import type { Clock } from './ports/clock.js';
import type { EventCodec } from './ports/eventCodec.js';
import type { EventStore, StreamKey, Version } from './ports/eventStore.js';
import type { OldExecutions, OwnRecords } from './ports/ownRecords.js';
import type { ReadModels } from './ports/readModels.js';
import type { Projector } from './projector.js';
import type { Retention } from './retention.js';
import { splitStream, streamOf } from './streams.js';

const page = 500;

type Dependencies = {
  readonly store: Pick<EventStore, 'read' | 'streams'>;
  readonly codec: EventCodec;
  readonly readModels: Pick<ReadModels, 'listJobs' | 'history' | 'oldestKept'>;
  readonly projector: Pick<Projector, 'saved'>;
  readonly retention: Pick<Retention, 'compact'>;
  readonly clock: Clock;
};

export const ownRecords = ({ store, codec, readModels, projector, retention, clock }: Dependencies): OwnRecords => {
  async function* streamsOf({ organization, jobNames }: OldExecutions): AsyncGenerator<StreamKey, void, undefined> {
    if (jobNames !== null) {
      for (const jobName of jobNames) yield streamOf(organization, jobName);
      return;
    }
    for (let after: string | undefined; ; ) {
      const rows = await readModels.listJobs({ organization, now: clock.now(), limit: page, ...(after !== undefined && { after }) });
      for (const { stream } of rows) yield stream;
      const last = rows.at(-1);
      if (!last || rows.length < page) return;
      after = splitStream(last.stream).jobName;
    }
  }

  const endedBelow = async (stream: StreamKey, version: Version): Promise<number> => {
    let count = 0;
    for (let before = version; ; ) {
      const rows = await readModels.history(stream, page, before);
      count += rows.filter(({ finishedAt }) => finishedAt !== null).length;
      const last = rows.at(-1);
      if (!last || rows.length < page) return count;
      before = last.queuedVersion;
    }
  };

  return {
    countOld: async function* (executions) {
      await projector.saved();
      for await (const stream of streamsOf(executions)) {
        const version = await readModels.oldestKept(stream, null, executions.before);
        const count = version === null ? 0 : await endedBelow(stream, version);
        if (count > 0) yield { jobName: splitStream(stream).jobName, count };
      }
    },
    dropOld: async (organization, jobName, before) => {
      const stream = streamOf(organization, jobName);
      await projector.saved();
      const version = await readModels.oldestKept(stream, null, before);
      if (version === null) return 0;
      const count = await endedBelow(stream, version);
      const dropped = await retention.compact(stream, 1, { maxExecutions: null, maxAgeMs: clock.now() - before });
      return dropped === null ? 0 : count;
    },
    exportLog: (organization) => exportLog(store, codec, organization),
  };
};
