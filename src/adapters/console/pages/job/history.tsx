import { useState } from 'preact/hooks';
import { jobHistory } from '../../api/jobs.js';
import type { Execution, Job } from '../../api/wire.js';
import { now } from '../../live/now.js';
import { useOnEvent, useResource } from '../../live/resource.js';
import { Answered, Empty } from '../../parts/states.js';
import { StatusBadge } from '../../parts/status.js';
import { Text } from '../../parts/text.js';
import { Ago, Clock } from '../../parts/when.js';
import { linkTo } from '../../router.js';
import { duration, elapsed } from '../../words/duration.js';
import { triggers } from '../../words/events.js';
import { zoneOf } from '../../words/schedule.js';

const atFirst = 30;
const most = 1_000;

/** The executions of a job, newest first. */
export const History = ({ job }: { readonly job: Job }) => {
  const { jobName } = job;
  const [limit, setLimit] = useState(atFirst);
  const history = useResource(`history ${jobName} ${job.jobId} ${limit}`, (signal) => jobHistory(jobName, limit, signal));
  useOnEvent((event) => event.jobName === jobName && event.type.startsWith('Execution'), history.reload, jobName);
  return (
    <section class="card" aria-label="History">
      <Answered of={history} lines={6}>
        {(executions) =>
          executions.length === 0 ? (
            <Empty title="It has not run yet">{job.nextStartAt !== null && 'Its first run is shown here as soon as it starts.'}</Empty>
          ) : (
            <>
              <ul class="rows executions">
                {executions.map((execution) => (
                  <Row key={execution.executionId} execution={execution} zone={zoneOf(job.schedule)} />
                ))}
              </ul>
              {executions.length >= limit && limit < most && (
                <p class="more">
                  <button type="button" class="quiet" onClick={() => setLimit(Math.min(most, limit * 4))}>
                    Show more
                  </button>
                </p>
              )}
            </>
          )
        }
      </Answered>
    </section>
  );
};

const Row = ({ execution, zone }: { readonly execution: Execution; readonly zone: string | null }) => {
  const { executionId, status, scheduledFor, trigger, startedAt, durationMs, attempts, error } = execution;
  const lateMs = startedAt === null ? null : Date.parse(startedAt) - Date.parse(scheduledFor);
  return (
    <li>
      <a href={linkTo(['executions', executionId])} data-row>
        <span class="cells">
          <StatusBadge status={status} />
          <span class="when">
            <Clock at={scheduledFor} zone={zone} /> <span class="muted small">{triggers[trigger]}</span>
          </span>
          <span class="muted small attempts">{attempts.length > 1 && `${attempts.length} attempts`}</span>
          <span class="muted small late">{lateMs !== null && lateMs >= 1_000 && trigger === 'schedule' && `${duration(lateMs)} late`}</span>
        </span>
        <span class="number">
          {durationMs !== null ? duration(durationMs) : startedAt !== null ? <Running since={startedAt} /> : <Ago at={scheduledFor} />}
        </span>
        {error && (
          <span class="second cut bad">
            <Text>{`${error.name}: ${error.message}`.slice(0, 400)}</Text>
          </span>
        )}
      </a>
    </li>
  );
};

const Running = ({ since }: { readonly since: string }) => <span class="run">{elapsed(now.value - Date.parse(since))}</span>;
