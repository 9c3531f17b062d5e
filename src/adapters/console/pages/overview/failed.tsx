import { lastEvents } from '../../api/events.js';
import type { LogEvent } from '../../api/wire.js';
import { manyBetweenMs, useOnEvent, useResource } from '../../live/resource.js';
import { Answered, Empty } from '../../parts/states.js';
import { Ago } from '../../parts/when.js';
import { linkTo } from '../../router.js';
import { printable } from '../../words/printable.js';

const looked = 400;
const shown = 6;

/** The executions that failed for good lately. */
export const Failed = () => {
  const failed = useResource('failed', (signal) => lastEvents(['ExecutionFailed'], looked, signal));
  useOnEvent(({ type }) => type === 'ExecutionFailed' || type === 'JobDeleted', failed.reload, 'failed', manyBetweenMs);
  return (
    <section class="card" aria-label="Failed lately">
      <header>
        <h2>Failed lately</h2>
      </header>
      <Answered of={failed}>
        {(events) => {
          const jobs = byJob(events.filter(({ data }) => data.final === true));
          return jobs.length === 0 ? (
            <Empty title="Nothing has failed lately" />
          ) : (
            <ul class="rows">
              {jobs.slice(0, shown).map(({ last, count }) => (
                <li key={last.jobName}>
                  <a href={linkTo(['executions', String(last.data.executionId)])} data-row>
                    <span class="cells">
                      <span class="strong cut">{last.jobName}</span>
                      {count > 1 && <span class="muted small">{count} times</span>}
                    </span>
                    <span class="number muted">
                      <Ago at={last.at} />
                    </span>
                    <span class="second cut bad">
                      <bdi>{messageOf(last)}</bdi>
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          );
        }}
      </Answered>
    </section>
  );
};

type Failing = { readonly last: LogEvent; readonly count: number };

/** The last failure of each job and how many there were, the newest first. */
const byJob = (events: readonly LogEvent[]): readonly Failing[] => {
  const jobs = new Map<string, Failing>();
  for (const last of events) {
    const count = (jobs.get(last.jobName)?.count ?? 0) + 1;
    jobs.delete(last.jobName);
    jobs.set(last.jobName, { last, count });
  }
  return [...jobs.values()].reverse();
};

const messageOf = ({ data: { error } }: LogEvent): string =>
  typeof error === 'object' && error !== null && 'message' in error ? printable(String(error.message).slice(0, 300)) : 'failed';
