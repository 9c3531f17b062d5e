import type { JobInfo, JobPage, JobQuery } from '../../../application/api/types.js';
import { type JobStatus, jobStatuses } from '../../../domain/job/index.js';
import type { CliScheduler } from '../environment.js';
import { statusTone } from '../format/paint.js';
import { printable } from '../format/printable.js';
import { scheduleRule } from '../format/schedule.js';
import { type Cell, type Column, tableLines } from '../format/table.js';
import { relative } from '../format/time.js';
import { type Commands, type Invocation, storeName, withScheduler } from '../invocation.js';
import { oneOf, wholeNumber } from '../options.js';

type Options = {
  readonly status?: readonly JobStatus[];
  readonly type?: string;
  readonly tag?: string;
  readonly search?: string;
  readonly limit?: number;
  readonly cursor?: string;
};

export const listCommand: Commands = (program, run) => {
  program
    .command('list')
    .description('list the jobs')
    .option(
      '--status <status>',
      `only jobs in this status (${jobStatuses.join(', ')}), or in one of several with commas`,
      oneOf(jobStatuses),
    )
    .option('--type <type>', 'only jobs of this type')
    .option('--tag <tag>', 'only jobs with this tag')
    .option('--search <text>', 'only jobs with this text in their name, type or description')
    .option('--limit <count>', 'at most so many; without it all of them', wholeNumber(1))
    .option('--cursor <cursor>', 'go on where a list with --limit ended')
    .action(run(list));
};

const list = async (invocation: Invocation, { type, limit, cursor, ...filter }: Options): Promise<undefined> => {
  const { terminal, json } = invocation;
  const query: JobQuery = { ...filter, ...(type !== undefined && { jobType: type }) };
  const { jobs, nextCursor } = await withScheduler(invocation, 'read', (scheduler) => readJobs(scheduler, query, limit, cursor));
  if (json) terminal.printJson(jobs);
  else if (jobs.length > 0) terminal.print(...jobTable(jobs, invocation));
  else terminal.note(emptyNote(invocation, Object.keys(query).length > 0 || cursor !== undefined));
  if (nextCursor !== undefined) terminal.note(`There are more: --cursor ${nextCursor}`);
  return undefined;
};

const pageSize = 500;

/** One page where a limit is given, else every page. */
const readJobs = async (
  scheduler: Pick<CliScheduler, 'getScheduledJobs'>,
  query: JobQuery,
  limit?: number,
  cursor?: string,
): Promise<{ readonly jobs: readonly JobInfo[]; readonly nextCursor?: string }> => {
  const read = (after: string | undefined): Promise<JobPage> =>
    scheduler.getScheduledJobs({ ...query, limit: limit ?? pageSize, ...(after !== undefined && { cursor: after }) });
  let page = await read(cursor);
  if (limit !== undefined) return { jobs: page, ...(page.nextCursor !== undefined && { nextCursor: page.nextCursor }) };
  const jobs = [...page];
  while (page.nextCursor !== undefined) {
    page = await read(page.nextCursor);
    jobs.push(...page);
  }
  return { jobs };
};

const columns: readonly Column[] = [
  { title: 'JOB', atLeast: 16, comfort: 32 },
  { title: 'STATUS' },
  { title: 'NEXT RUN' },
  { title: 'LAST RUN' },
  { title: 'SCHEDULE', atLeast: 12 },
  { title: 'TYPE', atLeast: 8 },
];

const jobTable = (jobs: readonly JobInfo[], { terminal, now }: Invocation): readonly string[] =>
  tableLines(
    columns,
    jobs.map((job) => [
      printable(job.jobName),
      { text: job.status, tone: statusTone(job.status) },
      nextCell(job, now),
      job.lastRunAt === null ? { text: 'never', tone: 'quiet' } : relative(job.lastRunAt, now),
      scheduleRule(job.schedule),
      printable(job.jobType),
    ]),
    { paint: terminal.paint, fit: terminal.columns },
  );

const nextCell = ({ waitingFor, nextStartAt, status, paused }: JobInfo, now: Date): Cell => {
  // Whether a service has the handler cannot be seen from here.
  if (waitingFor !== null) return { text: 'due', tone: 'warn' };
  if (paused !== null) return paused.until === undefined ? { text: '-', tone: 'quiet' } : `resumes ${relative(paused.until, now)}`;
  return nextStartAt === null || status === 'cancelled' ? { text: '-', tone: 'quiet' } : relative(nextStartAt, now);
};

const emptyNote = ({ store, organization }: Invocation, filtered: boolean): string =>
  filtered
    ? 'No job matches.'
    : `No jobs in organization ${printable(organization)} of ${printable(storeName(store))}. Schedule some: nexus-scheduler schedule -f jobs.json`;
