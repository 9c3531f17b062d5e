import { DateTime } from 'luxon';
import type { JobSummary } from '../../../../application/ports/ownRecords.js';
import type { Row, Summary } from '../document.js';
import type { Asked, Source } from './source.js';
import { Tally } from './tally.js';

/** What the scheduler did for the organization, job by job. Runs are counted by UTC days. */
export const jobActivity = ({ services, parameters, context, period }: Asked): Source => {
  const failures = new Tally();
  const runs = new Tally();
  const sum = { jobs: 0, completed: 0, failed: 0, cancelled: 0 };
  const { jobTypes, tags } = parameters.filters;
  const [from, to] = [period.from, period.to - 1].map((at) => DateTime.fromMillis(at, { zone: 'utc' }).toISODate() ?? '');
  const isAsked = (job: JobSummary): boolean =>
    (!jobTypes || jobTypes.includes(job.jobType)) && (!tags || job.tags.some((tag) => tags.includes(tag)));
  async function* rows(): AsyncGenerator<Row> {
    const records = await services.records();
    for await (const job of records.jobs(context.organization)) {
      if (!isAsked(job)) continue;
      const days = job.days.filter(({ day }) => day >= (from ?? '') && day <= (to ?? ''));
      const count = (outcome: 'completed' | 'failed' | 'cancelled'): number => days.reduce((total, day) => total + day[outcome], 0);
      const [completed, failed, cancelled] = [count('completed'), count('failed'), count('cancelled')];
      sum.jobs++;
      sum.completed += completed;
      sum.failed += failed;
      sum.cancelled += cancelled;
      failures.add(job.jobName, failed);
      runs.add(job.jobName, completed + failed + cancelled);
      const rate = completed + failed > 0 ? completed / (completed + failed) : null;
      yield [
        job.jobName,
        job.jobType,
        job.status,
        completed,
        failed,
        cancelled,
        rate,
        job.p50DurationMs,
        job.p95DurationMs,
        job.lastRunAt,
        job.nextRunAt,
      ];
    }
  }
  const summary = (): Summary => {
    const ended = sum.completed + sum.failed;
    return {
      figures: [
        { label: 'Jobs', kind: 'quantity', value: sum.jobs },
        { label: 'Completed', kind: 'quantity', value: sum.completed },
        { label: 'Failed', kind: 'quantity', value: sum.failed },
        { label: 'Cancelled', kind: 'quantity', value: sum.cancelled },
        { label: 'Success', kind: 'share', value: ended > 0 ? sum.completed / ended : null },
      ],
      chart: failures.chart('Failures by job', 'quantity') ?? runs.chart('Runs by job', 'quantity'),
      totals: [
        null,
        null,
        null,
        sum.completed,
        sum.failed,
        sum.cancelled,
        ended > 0 ? sum.completed / ended : null,
        null,
        null,
        null,
        null,
      ],
    };
  };
  return {
    columns: [
      { title: 'Job', kind: 'text', weight: 20 },
      { title: 'Type', kind: 'text', weight: 14 },
      { title: 'Status', kind: 'status', weight: 10 },
      { title: 'Completed', kind: 'quantity', weight: 10 },
      { title: 'Failed', kind: 'quantity', weight: 7 },
      { title: 'Cancelled', kind: 'quantity', weight: 9 },
      { title: 'Success', kind: 'share', weight: 7 },
      { title: 'Typical', kind: 'duration', weight: 8 },
      { title: '95 % in', kind: 'duration', weight: 8 },
      { title: 'Last run', kind: 'instant', weight: 14 },
      { title: 'Next run', kind: 'instant', weight: 14 },
    ],
    rows: rows(),
    summary,
  };
};
