import type { JobInfo } from '../../../application/api/types.js';
import type { Backoff } from '../../../domain/schedule/retryPolicy.js';
import { fieldLines } from '../format/fields.js';
import { statusTone } from '../format/paint.js';
import { printable, printableJson } from '../format/printable.js';
import { scheduleDetails } from '../format/schedule.js';
import { absolute, both, duration } from '../format/time.js';
import { type Commands, type Invocation, withScheduler } from '../invocation.js';

export const showCommand: Commands = (program, run) => {
  program.command('show').argument('<name>', 'name of the job').description('show everything about a job').action(run(show));
};

const show = async (invocation: Invocation, name: string): Promise<undefined> => {
  const job = await withScheduler(invocation, 'read', (scheduler) => scheduler.getJob(name));
  if (invocation.json) invocation.terminal.printJson(job);
  else invocation.terminal.print(...jobLines(job, invocation, invocation.now));
  return undefined;
};

/** The job as it is, or was, at `now`. */
export const jobLines = (
  job: JobInfo,
  { terminal }: Pick<Invocation, 'terminal'>,
  now: Date,
  tense: Tense = 'present',
): readonly string[] => [
  `${terminal.paint('strong', printable(job.jobName))}  ${terminal.paint(statusTone(job.status), job.status)}`,
  ...fieldLines(
    [
      ['type', printable(job.jobType)],
      ['description', job.description === undefined ? null : printable(job.description)],
      ['schedule', scheduleDetails(job.schedule)],
      ['next run', nextRun(job, now, tense)],
      ['last run', job.lastRunAt === null ? 'never' : both(job.lastRunAt, now)],
      ['paused', job.paused === null ? null : pause(job.paused, now)],
      ['active', job.activeExecutions.length === 0 ? null : active(job)],
      ['parameters', printableJson(job.parameters)],
      ['priority', job.priority],
      ['attempts', `${job.maxAttempts}${job.maxAttempts > 1 ? `, back-off ${backoff(job.backoff)}` : ''}`],
      ['time-out', duration(job.timeout)],
      ['overlap', job.overlap],
      ['misfire', misfire(job.misfire)],
      ['isolation', job.isolation],
      ['tags', job.tags.length === 0 ? null : job.tags.map(printable).join(', ')],
      ['keeps', retention(job.retention)],
      ['notifies', notifies(job.notify)],
      ['created', both(job.createdAt, now)],
      ['updated', both(job.updatedAt, now)],
      ['version', `${job.version}`],
      ['job id', job.jobId],
      ['organization', printable(job.organization)],
    ],
    terminal,
  ),
];

/** What a job waited for in the past is not known; that its run was due is. */
type Tense = 'past' | 'present';

const nextRun = ({ nextStartAt, nextRunAt, waitingFor, paused, status }: JobInfo, now: Date, tense: Tense): string => {
  // Whether a service has the handler cannot be seen from here.
  if (waitingFor !== null) return tense === 'past' ? 'due' : 'due; waits for a service with its handler';
  if (paused !== null) return 'none while it is paused';
  if (status === 'cancelled' || nextStartAt === null || nextRunAt === null) return 'none';
  const spread = nextStartAt.getTime() - nextRunAt.getTime();
  return `${both(nextStartAt, now)}${spread === 0 ? '' : `, ${duration(spread)} after its time`}`;
};

const pause = ({ since, by, note, until }: NonNullable<JobInfo['paused']>, now: Date): string =>
  [
    `since ${both(since, now)}`,
    ...(by === undefined ? [] : [`by ${printable(by)}`]),
    ...(until === undefined ? [] : [`until ${absolute(until)}`]),
    ...(note === undefined ? [] : [`note: ${printable(note)}`]),
  ].join(', ');

const active = ({ activeExecutions }: JobInfo): string =>
  activeExecutions
    .map(({ executionId, status, attempt }) => `${executionId} ${status}${attempt > 0 ? `, attempt ${attempt}` : ''}`)
    .join('; ');

const backoff = (policy: Backoff): string => {
  const jitter = policy.jitter === 0 ? '' : `, jitter ${Math.round(policy.jitter * 100)} %`;
  switch (policy.type) {
    case 'exponential':
      return `${duration(policy.delay)} x ${policy.factor} each time, up to ${duration(policy.maxDelay)}${jitter}`;
    case 'linear':
      return `${duration(policy.delay)} more each time, up to ${duration(policy.maxDelay)}${jitter}`;
    case 'constant':
      return `${duration(policy.delay)}${jitter}`;
    case 'list':
      return `${policy.delays.map(duration).join(', ')}${jitter}`;
  }
};

const misfire = ({ policy, window, max }: JobInfo['misfire']): string =>
  [policy, ...(window === undefined ? [] : [`not older than ${duration(window)}`]), ...(policy === 'all' ? [`at most ${max}`] : [])].join(
    ', ',
  );

const notifies = (notify: JobInfo['notify']): string | null => {
  if (notify === undefined) return null;
  if (notify === false) return 'nobody';
  const after = notify.after > 1 ? `, from ${notify.after} failures in a row on` : '';
  return `${notify.to.length === 0 ? 'as by default' : notify.to.map(printable).join(', ')}: ${notify.on.join(', ')}${after}${notify.recovered ? ', recovered' : ''}`;
};

const retention = ({ maxExecutions, maxAgeMs }: JobInfo['retention']): string => {
  const bounds = [
    ...(maxExecutions === null ? [] : [`the last ${maxExecutions.toLocaleString('en')} runs`]),
    ...(maxAgeMs === null ? [] : [`${duration(maxAgeMs)}`]),
  ];
  return bounds.length === 0 ? 'every run' : bounds.join(' of the last ');
};
