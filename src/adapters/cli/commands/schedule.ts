import { applyJobs, type Outcome, tryJobs } from '../applyJobs.js';
import { isEnded } from '../ended.js';
import { describeFailure, failureLines } from '../failure.js';
import type { Tone } from '../format/paint.js';
import { printable } from '../format/printable.js';
import { tableLines } from '../format/table.js';
import { absolute, relative } from '../format/time.js';
import { type Commands, type Invocation, withScheduler } from '../invocation.js';
import { readJobsFile } from '../jobsFile.js';

type Options = { readonly file: string; readonly dryRun?: boolean };

export const scheduleCommand: Commands = (program, run) => {
  program
    .command('schedule')
    .description('create or update the jobs of a file')
    .requiredOption('-f, --file <file>', 'JSON: a job, an array of jobs, or { "jobs": [...] }; - for standard input')
    .option('--dry-run', 'only say what would happen')
    .action(run(schedule));
};

const schedule = async (invocation: Invocation, { file, dryRun = false }: Options): Promise<0 | 1> => {
  const { terminal, json, environment } = invocation;
  const inputs = await readJobsFile(file, environment.stdin);
  const outcomes = dryRun
    ? await tryJobs(invocation, inputs)
    : await withScheduler(invocation, 'write', (scheduler) => applyJobs(scheduler, inputs));
  if (json) terminal.printJson(outcomes.map(outcomeJson));
  else {
    terminal.print(...outcomeTable(outcomes, invocation));
    tellRefused(outcomes, invocation);
    if (dryRun) terminal.note('Nothing was changed: this was a dry run.');
  }
  return outcomes.some(({ outcome }) => outcome === 'refused') ? 1 : 0;
};

const outcomeJson = (outcome: Outcome): object => {
  if (outcome.outcome !== 'refused') return { outcome: outcome.outcome, ...outcome.job };
  return { outcome: 'refused', index: outcome.index, jobName: Object(outcome.input).jobName, error: describeFailure(outcome.error) };
};

/** Each wrong job with everything that is wrong in it. */
export const tellRefused = (outcomes: readonly Outcome[], { terminal }: Invocation): void => {
  for (const outcome of outcomes) {
    if (outcome.outcome !== 'refused') continue;
    const [first = '', ...details] = failureLines(describeFailure(outcome.error));
    terminal.note(first.replace(/^error: /, `error: jobs[${outcome.index}] ${nameOf(outcome)}: `), ...details);
  }
};

const nameOf = (outcome: Outcome): string => {
  if (outcome.outcome !== 'refused') return printable(outcome.job.jobName);
  const { jobName } = Object(outcome.input);
  return typeof jobName === 'string' ? printable(jobName) : '(no name)';
};

const tones: { readonly [outcome in Outcome['outcome']]: Tone } = {
  created: 'good',
  updated: 'active',
  unchanged: 'quiet',
  refused: 'bad',
};

/** A new definition alone does not bring a job back. */
const stillEnded = (outcome: Outcome): string =>
  outcome.outcome !== 'refused' && isEnded(outcome.job.status) ? `(still ${outcome.job.status})` : '';

const outcomeTable = (outcomes: readonly Outcome[], { terminal, now }: Invocation): readonly string[] =>
  tableLines(
    [{ title: '' }, { title: 'JOB', atLeast: 16 }, { title: 'NEXT RUN' }, { title: '' }],
    outcomes.map((outcome) => {
      const next = outcome.outcome === 'refused' ? null : outcome.job.nextRunAt;
      return [
        { text: outcome.outcome, tone: tones[outcome.outcome] },
        nameOf(outcome),
        next === null ? '-' : relative(next, now),
        { text: next === null ? stillEnded(outcome) : absolute(next), tone: 'quiet' },
      ];
    }),
    { paint: terminal.paint, fit: terminal.columns },
  );
