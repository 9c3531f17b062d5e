import type { ExecutionRecord, JobStatsView } from '../../../application/api/types.js';
import { type Field, fieldLines } from '../format/fields.js';
import { statusTone } from '../format/paint.js';
import { printable, printableResult } from '../format/printable.js';
import { type Cell, type Column, tableLines } from '../format/table.js';
import { absolute, both, duration, relative } from '../format/time.js';
import { type Commands, type Invocation, withScheduler } from '../invocation.js';
import { wholeNumber } from '../options.js';
import type { Terminal } from '../terminal.js';

export const historyCommands: Commands = (program, run) => {
  program
    .command('history')
    .argument('<name>', 'name of the job')
    .description('list the runs of a job, the newest first')
    .option('--limit <count>', 'at most so many', wholeNumber(1), 20)
    .action(run(history));
  program.command('stats').argument('<name>', 'name of the job').description('show the statistics of a job').action(run(stats));
};

const history = async (invocation: Invocation, name: string, { limit }: { readonly limit: number }): Promise<undefined> => {
  const { terminal, json } = invocation;
  const runs = await withScheduler(invocation, 'read', async (scheduler) => {
    // A job that does not exist has no empty history.
    await scheduler.getJob(name);
    return scheduler.jobHistory(name, limit);
  });
  if (json) terminal.printJson(runs);
  else if (runs.length === 0) terminal.note(`${printable(name)} has not run yet.`);
  else terminal.print(...runTable(runs, invocation));
  return undefined;
};

const runTable = (runs: readonly ExecutionRecord[], { terminal, now }: Invocation): readonly string[] => {
  const allPlanned = runs.every(({ trigger }) => trigger === 'schedule');
  const columns: readonly Column[] = [
    { title: 'PLANNED FOR' },
    { title: '' },
    { title: 'STATUS' },
    { title: 'TOOK', align: 'right' },
    { title: 'TRIES', align: 'right' },
    ...(allPlanned ? [] : [{ title: 'TRIGGER' }]),
    { title: 'RESULT', atLeast: 10 },
  ];
  const rows = runs.map((run): readonly Cell[] => [
    absolute(run.scheduledFor),
    { text: relative(run.scheduledFor, now), tone: 'quiet' },
    { text: run.status, tone: statusTone(run.status) },
    run.durationMs === null ? '-' : duration(run.durationMs),
    `${run.attempts.length}`,
    ...(allPlanned ? [] : [run.trigger]),
    outcome(run, now),
  ]);
  return tableLines(columns, rows, { paint: terminal.paint, fit: terminal.columns });
};

const outcome = ({ result, error, retryAt, status }: ExecutionRecord, now: Date): Cell => {
  const retry = retryAt !== undefined && status === 'retrying' ? `retry ${relative(retryAt, now)}; ` : '';
  if (error !== undefined && status !== 'completed') return { text: `${retry}${printable(error.message)}`, tone: 'bad' };
  return result === undefined ? '' : { text: printableResult(result), tone: 'quiet' };
};

const stats = async (invocation: Invocation, name: string): Promise<undefined> => {
  const { terminal, json, now } = invocation;
  const view = await withScheduler(invocation, 'read', (scheduler) => scheduler.getJobStats(name));
  if (json) terminal.printJson(view);
  else terminal.print(...statsLines(view, terminal, now));
  return undefined;
};

const statsLines = (view: JobStatsView, terminal: Terminal, now: Date): readonly string[] => {
  const { totalExecutions, completed, failed, streak, lastExecution } = view;
  const settled = completed + failed > 0;
  return [
    terminal.paint('strong', printable(view.jobName)),
    ...fieldLines(
      [
        ['runs', totalExecutions === 0 ? 'none has ended yet' : runs(view)],
        ['success', settled ? rate(view.successRate) : null, view.successRate === 1 ? 'good' : 'warn'],
        ['duration', durations(view)],
        [
          'lateness',
          view.averageLatenessMs === null
            ? null
            : `${duration(view.averageLatenessMs)} on average, at most ${duration(view.maxLatenessMs ?? 0)}`,
        ],
        ['skipped', view.skippedOccurrences === 0 ? null : `${view.skippedOccurrences} planned runs`],
        ['in a row', streak === null ? null : `${streak.count} ${streak.outcome}`],
        ['last run', lastExecution?.startedAt ? `${both(lastExecution.startedAt, now)}, ${lastExecution.status}` : null],
        ['last success', view.lastSuccessAt === undefined ? null : both(view.lastSuccessAt, now)],
        ['last failure', view.lastFailureAt === undefined ? null : both(view.lastFailureAt, now)],
        ...recentDays(view),
      ],
      terminal,
    ),
  ];
};

const runs = ({ totalExecutions, completed, failed, cancelled, retries }: JobStatsView): string =>
  `${totalExecutions}: ${completed} completed, ${failed} failed, ${cancelled} cancelled; ${retries} ${retries === 1 ? 'retry' : 'retries'}`;

const barLength = 20;
const rate = (successRate: number): string => {
  const filled = Math.floor(successRate * barLength);
  return `${(Math.floor(successRate * 1000) / 10).toFixed(1)} %  ${'█'.repeat(filled)}${'░'.repeat(barLength - filled)}`;
};

const durations = (view: JobStatsView): string | null => {
  const named: readonly (readonly [string, number | null])[] = [
    ['average', view.averageDurationMs],
    ['p50', view.p50DurationMs],
    ['p95', view.p95DurationMs],
    ['p99', view.p99DurationMs],
    ['longest', view.maxDurationMs],
  ];
  const known = named.flatMap(([name, ms]) => (ms === null ? [] : [`${name} ${duration(ms)}`]));
  return known.length === 0 ? null : known.join(', ');
};

const shownDays = 7;
const recentDays = ({ days }: JobStatsView): readonly Field[] =>
  days.length < 2
    ? []
    : days
        .slice(-shownDays)
        .map(({ day, completed, failed, cancelled }) => [
          day,
          `${completed} completed, ${failed} failed${cancelled === 0 ? '' : `, ${cancelled} cancelled`}`,
        ]);
