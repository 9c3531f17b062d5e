import { useEffect, useRef } from 'preact/hooks';
import { type JobFilters, resumeJob } from '../../api/jobs.js';
import type { Job } from '../../api/wire.js';
import { manyBetweenMs, useOnEvent } from '../../live/resource.js';
import { Allowed } from '../../parts/allowed.js';
import { Icon } from '../../parts/icon.js';
import { Empty, Failure, Loading } from '../../parts/states.js';
import { StatusBadge } from '../../parts/status.js';
import { Text } from '../../parts/text.js';
import { tell, tellFailure } from '../../parts/toast.js';
import { Ago, Countdown } from '../../parts/when.js';
import { linkTo, place } from '../../router.js';
import { ask } from '../../shell/ask.js';
import { hasEnded } from '../../words/ended.js';
import { ruleInWords, zoneOf } from '../../words/schedule.js';
import { Filters } from './filters.js';
import { useJobPages } from './jobPages.js';
import { useVisibleRows } from './visibleRows.js';

/** Every job of the organization. */
export const JobsPage = () => {
  const filters = filtersOf(place.value.query);
  const { jobs, hasMore, loading, error, more, refresh } = useJobPages(filters);
  const list = useRef<HTMLDivElement>(null);
  const { from, to, height } = useVisibleRows(list, jobs.length);
  const shown = jobs.slice(from, to);
  const names = new Set(shown.map(({ jobName }) => jobName));
  useOnEvent(
    ({ jobName, type }) => names.has(jobName) || type === 'JobScheduled' || type === 'JobDeleted',
    () => refresh(from, to),
    JSON.stringify(filters),
    manyBetweenMs,
  );
  const isNearEnd = to >= jobs.length - 40;
  useEffect(() => {
    if (isNearEnd && hasMore && !loading && !error) more();
  }, [isNearEnd, hasMore, loading, error, more]);
  return (
    <>
      <div class="page-head">
        <h1>Jobs</h1>
        <span class="muted" role="status">
          {loading && jobs.length === 0 ? 'Loading…' : `${jobs.length.toLocaleString('en')}${hasMore ? ' so far' : ''}`}
        </span>
        <Allowed to="admin">
          <a class="button primary" href={linkTo(['new'])}>
            <Icon name="plus" />
            New job
          </a>
        </Allowed>
      </div>
      <Filters filters={filters} types={distinct(jobs.map(({ jobType }) => jobType))} tags={distinct(jobs.flatMap(({ tags }) => tags))} />
      {error && <Failure error={error} retry={() => refresh(0, to)} />}
      <section class="card job-list" aria-label="Jobs">
        <div class="job-row head" aria-hidden="true">
          <span>Name</span>
          <span>Status</span>
          <span>Schedule</span>
          <span class="number">Next run</span>
          <span class="number">Last run</span>
          <span />
        </div>
        <div ref={list} class="all" style={{ height: `${jobs.length * height}px` }}>
          <ul style={{ transform: `translateY(${from * height}px)` }}>
            {shown.map((job) => (
              <Row key={job.jobId} job={job} changed={() => refresh(from, to)} />
            ))}
          </ul>
        </div>
        {loading && <Loading lines={jobs.length === 0 ? 8 : 2} />}
        {!loading && !error && jobs.length === 0 && <Nothing filters={filters} />}
      </section>
    </>
  );
};

const Row = ({ job, changed }: { readonly job: Job; readonly changed: () => void }) => {
  const zone = zoneOf(job.schedule);
  return (
    <li class="job-row">
      <a class="name" href={linkTo(['jobs', job.jobName])} data-row>
        <span class="cut strong">{job.jobName}</span>
        <span class="cut muted small">{job.description === undefined ? job.jobType : <Text>{job.description.slice(0, 200)}</Text>}</span>
      </a>
      <span>
        <StatusBadge status={job.status} />
      </span>
      <span class="schedule cut" title={ruleInWords(job.schedule)}>
        {ruleInWords(job.schedule)}
        {zone !== null && zone !== 'UTC' && <span class="zone"> · {zone}</span>}
      </span>
      <span class="number next">
        {job.nextStartAt !== null && job.enabled ? <Countdown at={job.nextStartAt} zone={zone} /> : <span class="muted">–</span>}
      </span>
      <span class="number muted last">{job.lastRunAt === null ? '–' : <Ago at={job.lastRunAt} zone={zone} />}</span>
      <span class="quick">
        <Allowed to="operate">
          <button
            type="button"
            class="quiet icon-only"
            title="Run now"
            aria-label={`Run ${job.jobName} now`}
            onClick={() => ask('run', job, changed)}
          >
            <Icon name="running" />
          </button>
          <PauseOrResume job={job} changed={changed} />
        </Allowed>
      </span>
    </li>
  );
};

const PauseOrResume = ({ job, changed }: { readonly job: Job; readonly changed: () => void }) => {
  const { jobName, enabled } = job;
  const resume = (): void =>
    void resumeJob(jobName).then(() => {
      tell(`${jobName} is resumed`);
      changed();
    }, tellFailure);
  if (hasEnded(job)) return null;
  return enabled ? (
    <button type="button" class="quiet icon-only" title="Pause" aria-label={`Pause ${jobName}`} onClick={() => ask('pause', job, changed)}>
      <Icon name="paused" />
    </button>
  ) : (
    <button type="button" class="quiet icon-only" title="Resume" aria-label={`Resume ${jobName}`} onClick={resume}>
      <Icon name="retrying" />
    </button>
  );
};

const Nothing = ({ filters }: { readonly filters: JobFilters }) =>
  Object.values(filters).some((value) => value !== undefined && value.length > 0) ? (
    <Empty title="No job fits">
      <a href={linkTo(['jobs'])}>Show all jobs</a>
    </Empty>
  ) : (
    <Empty title="No jobs yet">
      <Allowed to="admin">
        <a href={linkTo(['new'])}>Schedule the first one</a>, or load examples with <code>nexus-scheduler schedule -f jobs.json</code>.
      </Allowed>
    </Empty>
  );

const filtersOf = (query: URLSearchParams): JobFilters => {
  const one = (name: string): string | undefined => query.get(name) ?? undefined;
  return { status: query.get('status')?.split(',').filter(Boolean) ?? [], type: one('type'), tag: one('tag'), q: one('q') };
};

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)].sort().slice(0, 200);
