import type { ComponentChildren } from 'preact';
import { resumeJob } from '../../api/jobs.js';
import type { Job } from '../../api/wire.js';
import { Allowed } from '../../parts/allowed.js';
import { Icon } from '../../parts/icon.js';
import { StatusBadge } from '../../parts/status.js';
import { Text } from '../../parts/text.js';
import { tell, tellFailure } from '../../parts/toast.js';
import { Ago, At, Countdown } from '../../parts/when.js';
import { linkTo } from '../../router.js';
import { ask } from '../../shell/ask.js';
import { hasEnded } from '../../words/ended.js';
import { boundsInWords, ruleAsWritten, ruleInWords, zoneOf } from '../../words/schedule.js';
import { ActivateAgain } from './activateAgain.js';
import { Notices } from './notices.js';
import { StateDiagram } from './stateDiagram.js';

type Given = { readonly job: Job; readonly changed: () => void };

/** The name of the job, the way back, and what stands beside them. */
export const JobTitle = ({ name, children }: { readonly name: string; readonly children?: ComponentChildren }) => (
  <>
    <p class="trail">
      <a href={linkTo(['jobs'])}>
        <Icon name="back" /> Jobs
      </a>
    </p>
    <div class="page-head">
      <h1>
        <Text>{name}</Text>
      </h1>
      {children}
    </div>
  </>
);

export const JobHead = ({ job, changed }: Given) => (
  <>
    <JobTitle name={job.jobName}>
      <StatusBadge status={job.status} />
      <Actions job={job} changed={changed} />
      {job.description !== undefined && (
        <p class="sub">
          <Text>{job.description}</Text>
        </p>
      )}
    </JobTitle>
    <Notices job={job} />
    <section class="card job-head" aria-label="At a glance">
      <Glance job={job} />
      <StateDiagram status={job.status} />
    </section>
  </>
);

const Actions = ({ job, changed }: Given) => {
  const { jobName } = job;
  const ended = hasEnded(job);
  const resume = (): void =>
    void resumeJob(jobName).then(() => {
      tell(`${jobName} is resumed`);
      changed();
    }, tellFailure);
  return (
    <div class="actions">
      <Allowed to="operate">
        <button type="button" class="primary" onClick={() => ask('run', job, changed)}>
          <Icon name="running" />
          Run now
        </button>
        <button type="button" onClick={() => ask('backfill', job, changed)}>
          <Icon name="backfill" />
          Backfill
        </button>
        {!job.enabled && (
          <button type="button" onClick={resume}>
            <Icon name="retrying" />
            Resume
          </button>
        )}
        {job.enabled && !ended && (
          <button type="button" onClick={() => ask('pause', job, changed)}>
            <Icon name="paused" />
            Pause
          </button>
        )}
        {!ended && (
          <button type="button" onClick={() => ask('cancel', job, changed)}>
            <Icon name="cancelled" />
            Cancel
          </button>
        )}
      </Allowed>
      <Allowed to="admin">
        {job.status === 'cancelled' && <ActivateAgain job={job} changed={changed} />}
        <button type="button" class="danger" aria-label="Delete" onClick={() => ask('delete', job)}>
          <Icon name="trash" />
          <span class="words">Delete</span>
        </button>
      </Allowed>
    </div>
  );
};

const Glance = ({ job }: { readonly job: Job }) => {
  const { schedule } = job;
  const zone = zoneOf(schedule);
  const written = ruleAsWritten(schedule);
  const bounds = boundsInWords(schedule);
  return (
    <dl class="facts">
      <dt>Schedule</dt>
      <dd>
        {ruleInWords(schedule)}
        {written !== null && <code class="muted"> {written}</code>}
      </dd>
      {zone !== null && (
        <>
          <dt>Zone</dt>
          <dd>{zone}</dd>
        </>
      )}
      {bounds.length > 0 && (
        <>
          <dt>Within</dt>
          <dd>{bounds.join(', ')}</dd>
        </>
      )}
      <dt>Next run</dt>
      <dd>
        {job.nextStartAt === null || !job.enabled ? (
          <span class="muted">none</span>
        ) : (
          <>
            <Countdown at={job.nextStartAt} zone={zone} /> <span class="muted">·</span> <At at={job.nextStartAt} zone={zone} />
          </>
        )}
      </dd>
      <dt>Last run</dt>
      <dd>{job.lastRunAt === null ? <span class="muted">never</span> : <Ago at={job.lastRunAt} zone={zone} />}</dd>
      {job.activeExecutions.length > 0 && (
        <>
          <dt>Active</dt>
          <dd class="tags">
            {job.activeExecutions.slice(0, 5).map(({ executionId, status, attempt }) => (
              <a key={executionId} href={linkTo(['executions', executionId])}>
                <StatusBadge status={status} /> attempt {attempt}
              </a>
            ))}
            {job.activeExecutions.length > 5 && <span class="muted">and {job.activeExecutions.length - 5} more</span>}
          </dd>
        </>
      )}
      <dt>Type</dt>
      <dd>
        <a href={linkTo(['jobs'], { type: job.jobType })}>
          <Text>{job.jobType}</Text>
        </a>
        {job.tags.length > 0 && (
          <span class="tags inline">
            {job.tags.map((tag) => (
              <a class="tag" key={tag} href={linkTo(['jobs'], { tag })}>
                <Text>{tag}</Text>
              </a>
            ))}
          </span>
        )}
      </dd>
    </dl>
  );
};
