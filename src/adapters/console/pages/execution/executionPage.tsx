import { useEffect } from 'preact/hooks';
import { cancelExecution, getExecution } from '../../api/jobs.js';
import type { ExecutionDetails } from '../../api/wire.js';
import { onEachTick } from '../../clock.js';
import { may } from '../../live/access.js';
import { useOnEvent, useResource } from '../../live/resource.js';
import { Icon } from '../../parts/icon.js';
import { Answered } from '../../parts/states.js';
import { StatusBadge } from '../../parts/status.js';
import { Json, LongText, Text } from '../../parts/text.js';
import { tell, tellFailure } from '../../parts/toast.js';
import { Ago, At, Countdown } from '../../parts/when.js';
import { linkTo } from '../../router.js';
import { duration } from '../../words/duration.js';
import { triggers } from '../../words/events.js';
import { Artifacts } from './artifacts.js';
import { Attempts } from './attempts.js';
import { Log } from './log.js';

const lookAgainMs = 1_000;
const isActive = ({ status }: Pick<ExecutionDetails, 'status'>): boolean => ['queued', 'running', 'retrying'].includes(status);

/** One execution: its attempts, what its handler said, and what became of it. */
export const ExecutionPage = ({ executionId }: { readonly executionId: string }) => {
  const execution = useResource(`execution ${executionId}`, (signal) => getExecution(executionId, signal));
  useOnEvent(({ data }) => data.executionId === executionId, execution.reload, executionId);
  const isRunning = execution.data?.status === 'running';
  // Progress and log lines are no events: while it runs they are looked at every second.
  useEffect(
    () => (isRunning ? onEachTick(lookAgainMs, () => !document.hidden && execution.reload()) : undefined),
    [isRunning, execution.reload],
  );
  return (
    <>
      {execution.data === undefined && (
        <div class="page-head">
          <Title executionId={executionId} />
        </div>
      )}
      <Answered of={execution}>{(found) => <Found execution={found} changed={execution.reload} />}</Answered>
    </>
  );
};

const Title = ({ executionId }: { readonly executionId: string }) => (
  <h1>
    Execution{' '}
    <span class="mono muted">
      <Text>{executionId.slice(0, 60)}</Text>
    </span>
  </h1>
);

type Given = { readonly execution: ExecutionDetails; readonly changed: () => void };

const Found = ({ execution, changed }: Given) => {
  const { jobName, executionId, status, error, result, parameters, progress } = execution;
  const cancel = (): void =>
    void cancelExecution(executionId).then(() => {
      tell('The execution is cancelled');
      changed();
    }, tellFailure);
  return (
    <>
      <p class="trail">
        <a href={linkTo(['jobs', jobName])}>
          <Icon name="back" /> {jobName}
        </a>
      </p>
      <div class="page-head">
        <Title executionId={executionId} />
        <StatusBadge status={status} />
        {isActive(execution) && may('operate') && (
          <button type="button" class="danger" onClick={cancel}>
            <Icon name="cancelled" />
            Cancel
          </button>
        )}
      </div>
      {progress && isActive(execution) && <Progress {...progress} />}
      {error && (
        <section class="card failed-with" aria-label="Error">
          <header>
            <h2 class="bad">
              {isActive(execution) && <span class="muted">The attempt before ended with </span>}
              <Text>{error.name.slice(0, 200)}</Text>
              {error.code !== undefined && (
                <span class="muted">
                  {' '}
                  <Text>{error.code.slice(0, 200)}</Text>
                </span>
              )}
            </h2>
          </header>
          <div class="body stack">
            <LongText text={error.message} label="Message" />
            {error.stack !== undefined && (
              <details>
                <summary>Stack</summary>
                <LongText text={error.stack} label="Stack" />
              </details>
            )}
          </div>
        </section>
      )}
      <div class="columns">
        <div class="stack">
          <Facts execution={execution} />
          <Attempts attempts={execution.attempts} />
          <Artifacts artifacts={execution.artifacts} executionId={executionId} />
        </div>
        <div class="stack">
          <Log lines={execution.log} dropped={execution.droppedLogLines} isActive={isActive(execution)} />
          {result !== undefined && (
            <section class="card" aria-label="Result">
              <header>
                <h2>Result</h2>
              </header>
              <div class="body">
                <Json value={result} label="Result" />
              </div>
            </section>
          )}
          <section class="card" aria-label="Parameters">
            <header>
              <h2>Parameters</h2>
            </header>
            <div class="body">{isEmpty(parameters) ? <p class="muted">None</p> : <Json value={parameters} label="Parameters" />}</div>
          </section>
        </div>
      </div>
    </>
  );
};

const isEmpty = (value: unknown): boolean => value === null || (typeof value === 'object' && Object.keys(value).length === 0);

const Progress = ({ fraction, message }: { readonly fraction: number; readonly message?: string }) => (
  <div class="progress">
    <progress max={1} value={fraction} aria-label="Progress" />
    <span class="strong">{Math.round(fraction * 100)} %</span>
    {message !== undefined && (
      <span class="muted cut">
        <Text>{message.slice(0, 300)}</Text>
      </span>
    )}
  </div>
);

const Facts = ({ execution }: { readonly execution: ExecutionDetails }) => {
  const { scheduledFor, queuedAt, startedAt, finishedAt, durationMs, trigger, retryAt, status } = execution;
  return (
    <section class="card" aria-label="Times">
      <div class="body">
        <dl class="facts">
          <dt>Planned for</dt>
          <dd>
            <At at={scheduledFor} /> <span class="muted">{triggers[trigger]}</span>
          </dd>
          <dt>Queued</dt>
          <dd>
            <Ago at={queuedAt} />
          </dd>
          <dt>Started</dt>
          <dd>
            {startedAt === null ? (
              <span class="muted">not yet</span>
            ) : (
              <>
                <Ago at={startedAt} />
                <span class="muted">{`, ${duration(Math.max(0, Date.parse(startedAt) - Date.parse(scheduledFor)))} after its time`}</span>
              </>
            )}
          </dd>
          {status === 'retrying' && retryAt !== undefined && (
            <>
              <dt>Next attempt</dt>
              <dd>
                <Countdown at={retryAt} />
              </dd>
            </>
          )}
          {finishedAt !== null && (
            <>
              <dt>Finished</dt>
              <dd>
                <Ago at={finishedAt} />
              </dd>
            </>
          )}
          {durationMs !== null && (
            <>
              <dt>Took</dt>
              <dd>{duration(durationMs)}</dd>
            </>
          )}
        </dl>
      </div>
    </section>
  );
};
