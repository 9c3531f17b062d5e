import type { ComingRun, Forecast, WhatIf } from '../../../application/api/types.js';
import type { CliScheduler } from '../environment.js';
import { FileError } from '../failure.js';
import { fieldLines } from '../format/fields.js';
import { printable } from '../format/printable.js';
import { tableLines } from '../format/table.js';
import { absolute, both, duration } from '../format/time.js';
import { type Commands, type Invocation, withScheduler } from '../invocation.js';
import { readJobsFile } from '../jobsFile.js';
import { wholeNumber } from '../options.js';

export const planCommands: Commands = (program, run) => {
  program
    .command('diff')
    .argument('<name>', 'name of the job')
    .description('show what another definition of a job would change; nothing is saved')
    .requiredOption('-f, --file <file>', 'JSON with the job; - for standard input')
    .option('--days <days>', 'compare so many days', wholeNumber(1), 7)
    .action(run(diff));
  program
    .command('forecast')
    .description('play the coming days with recorded durations, and show when it gets tight')
    .option('--days <days>', 'so many, at most 31', wholeNumber(1), 7)
    .action(run(forecast));
};

const shownRuns = 10;

const diff = async (
  invocation: Invocation,
  name: string,
  { file, days }: { readonly file: string; readonly days: number },
): Promise<undefined> => {
  const { terminal, json, environment } = invocation;
  const [job, ...more] = await readJobsFile(file, environment.stdin);
  if (job === undefined || more.length > 0) throw new FileError('diff takes a file with one job');
  const { jobName = name } = Object(job);
  if (jobName !== name) throw new FileError(`the file has a job of another name: ${printable(String(jobName))}`);
  const found = await withScheduler(invocation, 'read', (scheduler) => scheduler.whatIf({ ...job, jobName: name }, { days }));
  if (json) terminal.printJson(found);
  else terminal.print(...differenceLines(found, invocation));
  return undefined;
};

const differenceLines = (found: WhatIf, { terminal, now }: Invocation): readonly string[] => {
  const { jobName, outcome, changed, added, removed, moved, kept, nextRunAt, until, complete } = found;
  const { paint } = terminal;
  const before = nextRunAt.before === null ? 'none' : both(nextRunAt.before, now);
  const after = nextRunAt.after === null ? 'none' : both(nextRunAt.after, now);
  return [
    `${paint('strong', printable(jobName))} would be ${outcome}`,
    ...fieldLines(
      [
        ['changes', changed.length === 0 ? null : changed.join(', ')],
        ['next run', before === after ? after : `${before} -> ${after}`],
        ['until', `${absolute(until)}${complete ? '' : ', as far as 1,000 runs go'}`],
        ['runs', `${removed.length} fewer, ${added.length} more, ${moved.length} at another time, ${kept - moved.length} as before`],
      ],
      terminal,
    ),
    ...runLines('-', removed, (line) => paint('bad', line)),
    ...runLines('+', added, (line) => paint('good', line)),
    ...moved.slice(0, shownRuns).map(({ from, to }) => paint('active', `  ~ ${absolute(from)} -> ${absolute(to)}`)),
  ];
};

const runLines = (sign: string, runs: readonly ComingRun[], paint: (line: string) => string): readonly string[] => [
  ...runs.slice(0, shownRuns).map(({ startAt }) => paint(`  ${sign} ${absolute(startAt)}`)),
  ...(runs.length > shownRuns ? [`  ${sign} and ${(runs.length - shownRuns).toLocaleString('en')} more`] : []),
];

const forecast = async (invocation: Invocation, { days }: { readonly days: number }): Promise<undefined> => {
  const { terminal, json } = invocation;
  const found = await withScheduler(invocation, 'read', (scheduler: CliScheduler) => scheduler.forecast({ days }));
  if (json) terminal.printJson(found);
  else terminal.print(...forecastLines(found, invocation));
  return undefined;
};

const forecastLines = (found: Forecast, { terminal }: Invocation): readonly string[] => {
  const { from, until, complete, jobs, runs, skipped, peak, concurrency, hotMinutes, suggestions, unmeasured } = found;
  const table = { paint: terminal.paint, fit: terminal.columns };
  return [
    `${terminal.paint('strong', `${runs.toLocaleString('en')} runs`)} of ${jobs.toLocaleString('en')} jobs`,
    ...fieldLines(
      [
        ['from', absolute(from)],
        ['until', `${absolute(until)}${complete ? '' : ', as far as was played'}`],
        ['at once', peak === null ? null : `at most ${peak.active} of ${concurrency}, at ${absolute(peak.at)}`],
        ['skipped', skipped === 0 ? null : `${skipped.toLocaleString('en')}, because the run before is not over`, 'warn'],
        ['assumed', unmeasured.length === 0 ? null : `1 s for ${unmeasured.length} jobs that have not run yet`],
      ],
      terminal,
    ),
    ...(hotMinutes.length === 0
      ? []
      : [
          '',
          ...tableLines(
            [
              { title: 'MINUTE' },
              { title: 'STARTS', align: 'right' },
              { title: 'AT ONCE', align: 'right' },
              { title: 'WAIT', align: 'right' },
              { title: 'JOBS', atLeast: 12 },
            ],
            hotMinutes.map(({ minute, starts, active, waited, jobs }) => [
              absolute(minute),
              `${starts}`,
              `${active}`,
              `${waited}`,
              jobs.map(printable).join(', '),
            ]),
            table,
          ),
        ]),
    ...suggestions.map(
      ({ jobName, jitterMs, minute, starts }) =>
        `give ${printable(jobName)} a jitter of ${duration(jitterMs)}: it starts with ${starts - 1} others at ${absolute(minute)}`,
    ),
  ];
};
