import { useEffect } from 'preact/hooks';
import { getExecution, listJobs } from '../../api/jobs.js';
import type { ExecutionDetails, Job } from '../../api/wire.js';
import { onEachTick } from '../../clock.js';
import { now } from '../../live/now.js';
import { manyBetweenMs, useOnEvent, useResource } from '../../live/resource.js';
import { Answered, Empty } from '../../parts/states.js';
import { StatusBadge } from '../../parts/status.js';
import { Text } from '../../parts/text.js';
import { Countdown } from '../../parts/when.js';
import { linkTo } from '../../router.js';
import { elapsed } from '../../words/duration.js';

const mostJobs = 50;
const mostShown = 8;
const lookAgainMs = 2_000;

/** What has begun and is not over: the executions of all jobs that are at work, with how far they are. */
export const Running = () => {
  const active = useResource('active', activeExecutions);
  useOnEvent(({ type }) => type.startsWith('Execution'), active.reload, 'active', manyBetweenMs);
  const { data } = active;
  const isRunning = data?.shown.some(({ execution }) => execution.status === 'running') ?? false;
  // Progress is no event.
  useEffect(() => (isRunning ? onEachTick(lookAgainMs, () => !document.hidden && active.reload()) : undefined), [isRunning, active.reload]);
  return (
    <section class="card" aria-label="Running now">
      <header>
        <h2>Running now</h2>
        {data && data.count > 0 && (
          <a href={linkTo(['jobs'], { status: 'running,retrying,queued' })}>
            {data.count.toLocaleString('en')}
            {data.isMore && '+'} active
          </a>
        )}
      </header>
      <Answered of={active}>
        {({ shown }) =>
          shown.length === 0 ? (
            <Empty title="Nothing runs right now" />
          ) : (
            <ul class="rows">
              {shown.map(({ execution, waitingFor }) => (
                <Row key={execution.executionId} execution={execution} waitingFor={waitingFor} />
              ))}
            </ul>
          )
        }
      </Answered>
    </section>
  );
};

type Shown = { readonly execution: ExecutionDetails; readonly waitingFor: Job['waitingFor'] };
type Active = { readonly count: number; readonly isMore: boolean; readonly shown: readonly Shown[] };

const activeExecutions = async (signal: AbortSignal): Promise<Active> => {
  const { items, nextCursor } = await listJobs({ status: ['running', 'retrying', 'queued'] }, mostJobs, null, signal);
  const ids = items.flatMap(({ activeExecutions, waitingFor }) => activeExecutions.map((active) => ({ ...active, waitingFor })));
  const first = ids.toSorted((a, b) => rankOf(a.status) - rankOf(b.status)).slice(0, mostShown);
  // One that has just gone with its job is not missed.
  const found = await Promise.all(
    first.map(({ executionId, waitingFor }) =>
      getExecution(executionId, signal).then(
        (execution) => ({ execution, waitingFor }),
        () => null,
      ),
    ),
  );
  return { count: ids.length, isMore: nextCursor !== null, shown: found.filter((shown) => shown !== null) };
};

const rankOf = (status: string): number => ['running', 'retrying', 'queued'].indexOf(status);

const reasons = { handler: 'no live node has a handler for it', capacity: 'every slot is taken' } as const;

const Row = ({ execution, waitingFor }: Shown) => {
  const { executionId, jobName, status, progress, startedAt, queuedAt, retryAt } = execution;
  return (
    <li>
      <a href={linkTo(['executions', executionId])} data-row>
        <span class="cells">
          <StatusBadge status={status} />
          <span class="strong cut">{jobName}</span>
        </span>
        <span class="number muted">
          {status === 'retrying' && retryAt !== undefined ? (
            <Countdown at={retryAt} />
          ) : (
            elapsed(now.value - Date.parse(startedAt ?? queuedAt))
          )}
        </span>
        {status === 'queued' && waitingFor && <span class="second">{reasons[waitingFor]}</span>}
        {progress && (
          <span class="second progress-line">
            <progress max={1} value={progress.fraction} aria-label={`Progress of ${jobName}`} />
            <span class="cut">
              {progress.message === undefined ? `${Math.round(100 * progress.fraction)} %` : <Text>{progress.message.slice(0, 200)}</Text>}
            </span>
          </span>
        )}
      </a>
    </li>
  );
};
