import { jobHistory, jobStats } from '../../api/jobs.js';
import type { Job, Stats } from '../../api/wire.js';
import { useOnEvent, useResource } from '../../live/resource.js';
import { Answered, Empty } from '../../parts/states.js';
import { duration } from '../../words/duration.js';
import { DayChart } from './dayChart.js';
import { DurationChart } from './durationChart.js';

const charted = 300;

/** How the job does: counts, durations, lateness, and how that changed. */
export const Statistics = ({ job: { jobName } }: { readonly job: Job }) => {
  const stats = useResource(`stats ${jobName}`, (signal) => jobStats(jobName, signal));
  const history = useResource(`charted ${jobName}`, (signal) => jobHistory(jobName, charted, signal));
  useOnEvent(
    (event) => event.jobName === jobName && (event.type === 'ExecutionCompleted' || event.type === 'ExecutionFailed'),
    () => {
      stats.reload();
      history.reload();
    },
    jobName,
  );
  return (
    <Answered of={stats}>
      {(found) =>
        found.totalExecutions === 0 ? (
          <section class="card">
            <Empty title="No execution has ended yet" />
          </section>
        ) : (
          <div class="stack">
            <Figures stats={found} />
            <div class="columns">
              <section class="card" aria-label="Durations">
                <header>
                  <h2>Durations</h2>
                  <span class="muted small">the last {charted} executions</span>
                </header>
                <div class="body">
                  <Answered of={history}>
                    {(executions) => <DurationChart executions={executions} p50={found.p50DurationMs} p95={found.p95DurationMs} />}
                  </Answered>
                </div>
              </section>
              <section class="card" aria-label="Outcomes by day">
                <header>
                  <h2>Outcomes by day</h2>
                  <span class="muted small">UTC</span>
                </header>
                <div class="body">
                  <DayChart days={found.days} />
                </div>
              </section>
            </div>
          </div>
        )
      }
    </Answered>
  );
};

const Figures = ({ stats }: { readonly stats: Stats }) => (
  <section class="card figures ten" aria-label="Figures">
    <Figure name="Executions" value={stats.totalExecutions.toLocaleString('en')} />
    <Figure name="Success" value={(100 * stats.successRate).toFixed(stats.successRate === 1 ? 0 : 1)} unit="%" />
    <Figure name="Failed" value={stats.failed.toLocaleString('en')} />
    <Figure name="Retries" value={stats.retries.toLocaleString('en')} />
    <Figure name="Skipped" value={stats.skippedOccurrences.toLocaleString('en')} />
    <Figure name="p50" {...measured(stats.p50DurationMs)} />
    <Figure name="p95" {...measured(stats.p95DurationMs)} />
    <Figure name="p99" {...measured(stats.p99DurationMs)} />
    <Figure name="Late, mean" {...measured(stats.averageLatenessMs)} />
    <Figure name="Streak" value={stats.streak ? String(stats.streak.count) : '–'} {...(stats.streak && { unit: stats.streak.outcome })} />
  </section>
);

export const Figure = ({
  name,
  value,
  unit,
  tone,
}: {
  readonly name: string;
  readonly value: string;
  readonly unit?: string;
  readonly tone?: string;
}) => (
  <div class="figure">
    <div class="name">{name}</div>
    <div class={`value ${tone ?? ''}`}>
      {value}
      {unit !== undefined && <span class="unit">{unit}</span>}
    </div>
  </div>
);

/** `12 ms` as its number and its unit; longer ones as they are. */
export const measured = (ms: number | null): { readonly value: string; readonly unit?: string } => {
  if (ms === null) return { value: '–' };
  const [value = '', unit, ...more] = duration(ms).split(' ');
  return more.length > 0 || unit === undefined ? { value: duration(ms) } : { value, unit };
};
