import type { Instant } from '../domain/instant.js';
import { type Job, statusOf } from '../domain/job/index.js';
import { exportLog } from './audit/exportLog.js';
import type { Clock } from './ports/clock.js';
import type { EventCodec } from './ports/eventCodec.js';
import type { EventStore, StreamKey, Version } from './ports/eventStore.js';
import type { JobSummary, OldExecutions, OwnRecords } from './ports/ownRecords.js';
import type { JobRow, ReadModels } from './ports/readModels.js';
import { quantile } from './projections/sketch.js';
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
  async function* rowsOf(organization: string): AsyncGenerator<JobRow, void, undefined> {
    for (let after: string | undefined; ; ) {
      const rows = await readModels.listJobs({ organization, now: clock.now(), limit: page, ...(after !== undefined && { after }) });
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < page) return;
      after = splitStream(last.stream).jobName;
    }
  }

  async function* streamsOf({ organization, jobNames }: OldExecutions): AsyncGenerator<StreamKey, void, undefined> {
    if (jobNames !== null) {
      for (const jobName of jobNames) yield streamOf(organization, jobName);
      return;
    }
    for await (const { stream } of rowsOf(organization)) yield stream;
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
    jobs: async function* (organization) {
      await projector.saved();
      for await (const row of rowsOf(organization)) if (row.state.kind === 'job') yield summaryOf(row, row.state, clock.now());
    },
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

const summaryOf = ({ stream, stats }: JobRow, job: Job, now: Instant): JobSummary => ({
  jobName: splitStream(stream).jobName,
  jobType: job.definition.jobType,
  tags: job.definition.tags,
  status: statusOf(job, now),
  days: stats.days,
  p50DurationMs: quantile(stats.durations, 0.5),
  p95DurationMs: quantile(stats.durations, 0.95),
  lastRunAt: stats.lastExecution?.startedAt ?? null,
  nextRunAt: job.nextRunAt,
});
