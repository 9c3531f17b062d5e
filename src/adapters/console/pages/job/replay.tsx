import { useEffect, useId, useState } from 'preact/hooks';
import { jobEvents } from '../../api/events.js';
import { jobAsOf } from '../../api/jobs.js';
import type { Job, LogEvent } from '../../api/wire.js';
import { useOnEvent, useResource } from '../../live/resource.js';
import { Answered, Empty } from '../../parts/states.js';
import { StatusBadge } from '../../parts/status.js';
import { At } from '../../parts/when.js';
import { linkTo, place, replacePlace } from '../../router.js';
import { differences } from '../../words/differences.js';
import { draftOf } from '../../words/draft.js';
import { ruleInWords, zoneOf } from '../../words/schedule.js';
import { EventRow } from '../events/eventRow.js';
import { EventDialog } from '../events/eventsPage.js';

const pageSize = 500;
const mostEvents = 5_000;
const around = 8;

/** The job at any moment of its past: a slider over its events, the events on one side and the job as it was on the other. */
export const Replay = ({ job }: { readonly job: Job }) => {
  const events = useResource(`replay ${job.jobId}`, (signal) => allEvents(job.jobName, signal));
  useOnEvent(({ jobName }) => jobName === job.jobName, events.reload, job.jobName);
  return (
    <Answered of={events}>
      {(found) =>
        found.length === 0 ? <Empty title="Its events are gone">Retention has dropped them.</Empty> : <Slider job={job} events={found} />
      }
    </Answered>
  );
};

const allEvents = async (name: string, signal: AbortSignal): Promise<readonly LogEvent[]> => {
  const found: LogEvent[] = [];
  for (let cursor: string | null = null; ; ) {
    const page = await jobEvents(name, cursor, pageSize, signal);
    found.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null || page.items.length < pageSize || found.length >= mostEvents) return found;
  }
};

const Slider = ({ job, events }: { readonly job: Job; readonly events: readonly LogEvent[] }) => {
  const id = useId();
  const asOf = place.value.query.get('asOf');
  const chosen =
    asOf === null
      ? events.length - 1
      : Math.max(
          0,
          events.findLastIndex(({ at }) => Date.parse(at) <= Date.parse(asOf)),
        );
  const [at, setAt] = useState(chosen);
  const [open, setOpen] = useState<LogEvent | null>(null);
  const here = events[Math.min(at, events.length - 1)];
  const isNow = at >= events.length - 1;
  useEffect(() => {
    if (asOf !== null && chosen !== at && events[at]?.at !== asOf) setAt(chosen);
  }, [asOf, chosen]);
  const move = (to: number): void => {
    setAt(to);
    const moment = events[to]?.at;
    replacePlace(linkTo(['jobs', job.jobName, 'replay'], { asOf: to >= events.length - 1 ? undefined : moment }));
  };
  if (!here) return null;
  const first = Math.max(0, Math.min(at - around, events.length - 2 * around));
  const shown = events
    .slice(first, first + 2 * around)
    .map((event, i) => ({ event, index: first + i }))
    .reverse();
  return (
    <div class="stack">
      <section class="card replay-bar" aria-label="Moment">
        <label for={id}>
          <b>{isNow ? 'Now' : <At at={here.at} zone={zoneOf(job.schedule)} />}</b>
          <span class="muted">
            event {at + 1} of {events.length}
          </span>
        </label>
        <input
          id={id}
          type="range"
          min={0}
          max={events.length - 1}
          value={at}
          aria-valuetext={`event ${at + 1} of ${events.length}, ${here.type}, ${here.at}`}
          onInput={(event) => move(Number(event.currentTarget.value))}
        />
      </section>
      <div class="columns">
        <section class="card" aria-label="The job as it was">
          <header>
            <h2>{isNow ? 'The job as it is' : 'The job as it was'}</h2>
          </header>
          <AsOf job={job} at={isNow ? null : here.at} />
        </section>
        <section class="card" aria-label="Its events">
          <header>
            <h2>Its events</h2>
          </header>
          <ul class="rows event-rows">
            {shown.map(({ event, index }) => (
              <EventRow
                key={event.id}
                event={event}
                withJob={false}
                isHere={index === at}
                isDim={index > at}
                onOpen={() => (index === at ? setOpen(event) : move(index))}
              />
            ))}
          </ul>
        </section>
      </div>
      {open && <EventDialog event={open} onClose={() => setOpen(null)} />}
    </div>
  );
};

const AsOf = ({ job, at }: { readonly job: Job; readonly at: string | null }) => {
  const then = useResource(`as of ${job.jobName} ${at ?? `now ${job.updatedAt}`}`, (signal) =>
    at === null ? Promise.resolve(job) : jobAsOf(job.jobName, at, signal),
  );
  const [kept, keep] = useState<Job | null>(null);
  useEffect(() => {
    if (then.data) keep(then.data);
  }, [then.data]);
  // While the slider moves the former state stays, so that nothing flickers.
  const shown = then.data ?? (then.error ? null : kept);
  if (!shown) return <Answered of={then}>{() => null}</Answered>;
  const changes = differences(draftOf(shown), draftOf(job));
  return (
    <div class="body stack">
      <dl class="facts">
        <dt>Status</dt>
        <dd>
          <StatusBadge status={shown.status} />
        </dd>
        <dt>Schedule</dt>
        <dd>{ruleInWords(shown.schedule)}</dd>
        <dt>Next run</dt>
        <dd>{shown.nextRunAt === null ? <span class="muted">none</span> : <At at={shown.nextRunAt} zone={zoneOf(shown.schedule)} />}</dd>
        <dt>Last run</dt>
        <dd>{shown.lastRunAt === null ? <span class="muted">never</span> : <At at={shown.lastRunAt} zone={zoneOf(shown.schedule)} />}</dd>
        <dt>Active</dt>
        <dd>
          {shown.activeExecutions.length === 0 ? (
            <span class="muted">nothing</span>
          ) : (
            shown.activeExecutions.map((e) => `${e.status}, attempt ${e.attempt}`).join('; ')
          )}
        </dd>
        <dt>Version</dt>
        <dd>{shown.version}</dd>
      </dl>
      {changes.length > 0 && (
        <div>
          <h3>Defined otherwise than now</h3>
          <ul class="changes">
            {changes.map(({ path, before, after }) => (
              <li key={path}>
                <code>{path}</code> <bdi class="was">{before}</bdi> <span class="muted">now</span> <bdi>{after}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
};
