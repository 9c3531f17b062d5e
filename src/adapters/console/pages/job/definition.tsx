import type { Job } from '../../api/wire.js';
import { Allowed } from '../../parts/allowed.js';
import { Json } from '../../parts/text.js';
import { tell } from '../../parts/toast.js';
import { At } from '../../parts/when.js';
import { linkTo } from '../../router.js';
import { draftOf } from '../../words/draft.js';
import { duration } from '../../words/duration.js';

/** The job as it was scheduled, in words where there are some, and whole as JSON. */
export const Definition = ({ job }: { readonly job: Job }) => (
  <div class="columns">
    <section class="card" aria-label="Rules">
      <header>
        <h2>Rules</h2>
        <Allowed to="admin">
          <a href={linkTo(['jobs', job.jobName, 'edit'])}>Edit</a>
        </Allowed>
      </header>
      <div class="body">
        <dl class="facts">
          <dt>Priority</dt>
          <dd>{job.priority}</dd>
          <dt>Attempts</dt>
          <dd>{job.maxAttempts} at most</dd>
          <dt>Time-out</dt>
          <dd>{duration(job.timeout)}</dd>
          <dt>Retry</dt>
          <dd>{backoffInWords(job.backoff)}</dd>
          <dt>Overlap</dt>
          <dd>{overlaps[job.overlap]}</dd>
          <dt>Misfire</dt>
          <dd>{misfires[job.misfire.policy]}</dd>
          <dt>Isolation</dt>
          <dd>{job.isolation === 'worker' ? 'a worker thread' : 'in the process'}</dd>
          <dt>Kept</dt>
          <dd>{retentionInWords(job.retention)}</dd>
          <dt>Told</dt>
          <dd>{job.notify === undefined ? 'as for all jobs' : job.notify === false ? 'nobody' : `of ${job.notify.on.join(', ')}`}</dd>
          <dt>Version</dt>
          <dd>{job.version}</dd>
          <dt>Created</dt>
          <dd>
            <At at={job.createdAt} />
          </dd>
          <dt>Changed</dt>
          <dd>
            <At at={job.updatedAt} />
          </dd>
        </dl>
      </div>
    </section>
    <section class="card" aria-label="As JSON">
      <header>
        <h2>As JSON</h2>
        <Copy text={JSON.stringify({ jobName: job.jobName, ...draftOf(job) }, null, 2)} />
      </header>
      <div class="body">
        <Json value={{ jobName: job.jobName, ...draftOf(job) }} label="Definition as JSON" />
      </div>
    </section>
  </div>
);

const Copy = ({ text }: { readonly text: string }) => (
  <button
    type="button"
    class="quiet"
    onClick={() =>
      void navigator.clipboard.writeText(text).then(
        () => tell('Copied'),
        () => tell('The browser does not let pages copy here', { tone: 'bad' }),
      )
    }
  >
    Copy
  </button>
);

const overlaps: Readonly<Record<Job['overlap'], string>> = {
  skip: 'skip while a run is unfinished',
  bufferOne: 'one may wait',
  bufferAll: 'all wait their turn',
  cancelOther: 'the new run replaces the old',
  allow: 'runs beside each other',
};
const misfires: Readonly<Record<Job['misfire']['policy'], string>> = {
  once: 'make up for the latest',
  skip: 'make up for none',
  all: 'make up for each',
};

const backoffInWords = ({
  type,
  delay,
  factor,
  maxDelay,
}: Job['backoff'] & { readonly delay?: number; readonly factor?: number; readonly maxDelay?: number }): string => {
  if (delay === undefined) return type;
  const limit = maxDelay === undefined ? '' : `, at most ${duration(maxDelay)}`;
  return `${type}, from ${duration(delay)}${factor === undefined ? '' : ` × ${factor}`}${limit}`;
};

const retentionInWords = ({ maxExecutions, maxAgeMs }: Job['retention']): string => {
  const parts = [
    maxExecutions !== null && `${maxExecutions.toLocaleString('en')} executions`,
    maxAgeMs !== null && duration(maxAgeMs),
  ].filter(Boolean);
  return parts.length === 0 ? 'everything' : `at most ${parts.join(' and ')}`;
};
