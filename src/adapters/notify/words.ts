import type { Notice, NoticeMessage } from '../../application/ports/notifier.js';

const longestSubject = 200;
const longestError = 2_000;

/** One line, whatever an error message holds. */
const oneLine = (text: string, longest: number): string => {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
};

const jobOf = ({ organization, jobName }: Notice): string => (organization === 'default' ? jobName : `${jobName} of ${organization}`);
const attempts = ({ attempt, maxAttempts }: Notice): string => (attempt === null ? '' : ` (${attempt} of ${maxAttempts} attempts)`);
const runs = (count: number, atLeast: boolean): string => `${atLeast ? 'at least ' : ''}${count} ${count === 1 ? 'run' : 'runs'}`;

/** What happened, in one line. */
export const headline = (notice: Notice): string => {
  const { kind, jobType, error, missed, failuresInARow, cause } = notice;
  const job = `job ${jobOf(notice)}`;
  const message = error === null ? '' : `: ${oneLine(error.message, longestSubject)}`;
  switch (kind) {
    case 'failed':
      return cause === 'timeout' ? `${job} failed${attempts(notice)}: timed out` : `${job} failed${attempts(notice)}${message}`;
    case 'timeout':
      return `${job} timed out${attempts(notice)}`;
    case 'lost':
      return `${job} lost the node that ran it${attempts(notice)}`;
    case 'waiting':
      return `${job} waits for a handler of type ${jobType}`;
    case 'missed':
      return missed === null ? `${job} missed its time` : `${job} missed ${runs(missed.count, missed.atLeast)}`;
    case 'paused':
      return `${job} was paused by the scheduler${message}`;
    case 'recovered':
      return `${job} works again${failuresInARow === null ? '' : ` after ${failuresInARow} ${failuresInARow === 1 ? 'failure' : 'failures'}`}`;
  }
};

const nouns: { readonly [kind in Notice['kind']]: readonly [one: string, many: string] } = {
  failed: ['failure', 'failures'],
  timeout: ['time-out', 'time-outs'],
  lost: ['lost attempt', 'lost attempts'],
  waiting: ['run without handler', 'runs without handler'],
  missed: ['gap of missed runs', 'gaps of missed runs'],
  paused: ['job paused', 'jobs paused'],
  recovered: ['recovery', 'recoveries'],
};

/** Such as `12 failures and 1 recovery of 4 jobs`. */
export const summary = ({ counts, jobs }: NoticeMessage): string => {
  const parts = (Object.keys(nouns) as Notice['kind'][]).flatMap((kind) => {
    const count = counts[kind] ?? 0;
    return count === 0 ? [] : [`${count} ${nouns[kind][count === 1 ? 0 : 1]}`];
  });
  const listed = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : parts.join();
  return `${listed} of ${jobs} ${jobs === 1 ? 'job' : 'jobs'}`;
};

export const subjectOf = (message: NoticeMessage): string =>
  oneLine(`[nexus-scheduler] ${message.total === 1 ? headline(message.notices[0]) : summary(message)}`, longestSubject);

const instant = (at: number): string => new Date(at).toISOString();

/** What is known, as name and value; in the order in which people ask. */
export const details = (notice: Notice): readonly (readonly [name: string, value: string])[] => {
  const { organization, jobName, jobType, executionId, attempt, maxAttempts, at, error, failuresInARow, retryAt, nextRunAt, missed } =
    notice;
  const next = nextRunAt === null ? 'none' : instant(nextRunAt);
  const rows: readonly (readonly [string, string | null])[] = [
    ['Job', jobName],
    ['Organization', organization],
    ['Type', jobType],
    ['Execution', executionId],
    ['Attempt', attempt === null ? null : `${attempt} of ${maxAttempts}`],
    ['Time', instant(at)],
    ['Error', error === null ? null : `${error.name}: ${error.message.slice(0, longestError)}`],
    ['Failures in a row', failuresInARow === null || notice.kind === 'recovered' ? null : `${failuresInARow}`],
    ['Missed', missed === null ? null : `${runs(missed.count, missed.atLeast)}, from ${instant(missed.from)} to ${instant(missed.to)}`],
    ['Next attempt', retryAt === null ? null : instant(retryAt)],
    ['Next run', next],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
};

/** What to do about it. */
export const advice = ({ kind, jobType, retryAt, nextRunAt }: Notice): string => {
  switch (kind) {
    case 'failed':
      return nextRunAt === null
        ? 'No further run is planned. Mend the cause, then run the job by hand.'
        : 'Mend the cause; the job runs again at its next time, or now if you run it by hand.';
    case 'timeout':
      return retryAt === null
        ? 'Find out what it waited for, or give it more time.'
        : 'It is tried again. If it goes on, give it more time.';
    case 'lost':
      return retryAt === null
        ? 'Look at the node: it died, or was killed.'
        : 'It is tried again elsewhere. Look at the node: it died, or was killed.';
    case 'waiting':
      return `Start a node with a handler for ${jobType}, or mend the job's type.`;
    case 'missed':
      return 'No node was running at the time, or none was able to run it. What the misfire policy gave up does not run any more; run it by hand if it is needed.';
    case 'paused':
      return 'It does not run any more. Mend what calculates its times, then resume it.';
    case 'recovered':
      return 'Nothing is to be done.';
  }
};
