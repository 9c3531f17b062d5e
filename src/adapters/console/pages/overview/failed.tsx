import { lastEvents } from '../../api/events.js';
import type { LogEvent } from '../../api/wire.js';
import { useOnEvent, useResource } from '../../live/resource.js';
import { Answered, Empty } from '../../parts/states.js';
import { Ago } from '../../parts/when.js';
import { linkTo } from '../../router.js';
import { printable } from '../../words/printable.js';

const looked = 60;
const shown = 6;

/** The executions that failed for good lately. */
export const Failed = () => {
  const failed = useResource('failed', (signal) => lastEvents(['ExecutionFailed'], looked, signal));
  useOnEvent(({ type }) => type === 'ExecutionFailed' || type === 'JobDeleted', failed.reload, 'failed');
  return (
    <section class="card" aria-label="Failed lately">
      <header>
        <h2>Failed lately</h2>
      </header>
      <Answered of={failed}>
        {(events) => {
          const final = events.filter(({ data }) => data.final === true).toReversed();
          return final.length === 0 ? (
            <Empty title="Nothing has failed lately" />
          ) : (
            <ul class="rows">
              {final.slice(0, shown).map((event) => (
                <li key={event.id}>
                  <a href={linkTo(['executions', String(event.data.executionId)])} data-row>
                    <span class="strong cut">{event.jobName}</span>
                    <span class="number muted">
                      <Ago at={event.at} />
                    </span>
                    <span class="second cut bad">
                      <bdi>{messageOf(event)}</bdi>
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

const messageOf = ({ data: { error } }: LogEvent): string =>
  typeof error === 'object' && error !== null && 'message' in error ? printable(String(error.message).slice(0, 300)) : 'failed';
