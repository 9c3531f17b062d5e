import { useEffect, useRef, useState } from 'preact/hooks';
import { maxBackfilled } from '../../../domain/job/limits.js';
import { backfillJob } from '../api/jobs.js';
import type { Backfilled, Job } from '../api/wire.js';
import { now } from '../live/now.js';
import { Dialog } from '../parts/dialog.js';
import { Field } from '../parts/field.js';
import { At } from '../parts/when.js';
import { ZoneField } from '../parts/zoneField.js';
import { linkTo } from '../router.js';
import { zoneOf, zonesOf } from '../words/schedule.js';
import { instantOf, wallClock } from '../words/time.js';
import { useDoing, Wrong } from './doing.js';
import { type Span, useOccurrences } from './occurrences.js';

type Given = { readonly job: Job; readonly close: () => void; readonly done: () => void };

const dayMs = 86_400_000;

/** Runs a job for occurrences of the past. */
export const Backfill = ({ job, close, done }: Given) => {
  const [queued, setQueued] = useState<Backfilled['executions'] | null>(null);
  return (
    <Dialog title={`Backfill ${job.jobName}`} onClose={close}>
      {queued === null ? (
        <SpanForm job={job} close={close} done={done} onQueued={setQueued} />
      ) : (
        <Queued executions={queued} zone={zoneOf(job.schedule)} close={close} />
      )}
    </Dialog>
  );
};

const SpanForm = ({ job, close, done, onQueued }: Given & { readonly onQueued: (queued: Backfilled['executions']) => void }) => {
  const { jobName, schedule, overlap, paused } = job;
  const zones = zonesOf(schedule);
  const [zone, setZone] = useState(zones[0] ?? 'UTC');
  const [from, setFrom] = useState(() => wallClock(now.peek() - dayMs, zone));
  const [to, setTo] = useState(() => wallClock(now.peek(), zone));
  const { busy, error, go } = useDoing(done);
  const span = spanOf(from, to, zone);
  const wrongOf = (path: string): string | undefined => error?.issues.find((issue) => issue.path === path)?.message;
  const isAtField = wrongOf('from') !== undefined || wrongOf('to') !== undefined;
  return (
    <form
      class="stack"
      noValidate
      onSubmit={go(async () => {
        if (span !== null) onQueued((await backfillJob(jobName, span.from, span.to)).executions);
      })}
    >
      <p class="muted">
        A run is queued for each occurrence from the one instant to the other, whatever became of it in its time.
        {overlap !== 'allow' && ' They go one after the other.'}
        {paused !== null && ' The job is paused: they wait until it is resumed.'}
      </p>
      <Field label="From" wrong={wrongOf('from')}>
        {(field) => (
          <input {...field} type="datetime-local" step={1} value={from} onInput={(event) => setFrom(event.currentTarget.value)} />
        )}
      </Field>
      <Field label="To" wrong={wrongOf('to')}>
        {(field) => <input {...field} type="datetime-local" step={1} value={to} onInput={(event) => setTo(event.currentTarget.value)} />}
      </Field>
      <ZoneField zones={zones} value={zone} onChange={setZone} />
      <Count job={job} span={span} />
      <Wrong error={isAtField ? null : error} />
      <div class="actions">
        <button type="button" onClick={close}>
          Not now
        </button>
        <button type="submit" class="primary" disabled={busy || span === null}>
          Backfill
        </button>
      </div>
    </form>
  );
};

const spanOf = (from: string, to: string, zone: string): Span | null => {
  const [first, last] = [instantOf(from, zone), instantOf(to, zone)];
  return first === null || last === null ? null : { from: new Date(first).toISOString(), to: new Date(last).toISOString() };
};

const Count = ({ job, span }: { readonly job: Job; readonly span: Span | null }) => {
  const count = useOccurrences(job.schedule, span, maxBackfilled);
  return <p role="status">{span !== null && count !== undefined && countInWords(count)}</p>;
};

const countInWords = (count: number | null): string => {
  if (count === null) return 'How many occurrences these are is told once they are queued.';
  if (count > maxBackfilled) return `More than ${maxBackfilled.toLocaleString('en')} occurrences: choose a shorter span.`;
  if (count === 0) return 'No occurrence lies in this span.';
  return count === 1 ? '1 occurrence lies in this span.' : `${count.toLocaleString('en')} occurrences lie in this span.`;
};

type QueuedGiven = { readonly executions: Backfilled['executions']; readonly zone: string | null; readonly close: () => void };

const Queued = ({ executions, zone, close }: QueuedGiven) => {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <div class="stack">
      <p role="status">{queuedInWords(executions.length)}</p>
      {executions.length > 0 && (
        <ul class="rows queued">
          {executions.map(({ executionId, scheduledFor }) => (
            <li key={executionId}>
              <a href={linkTo(['executions', executionId])}>
                <At at={scheduledFor} zone={zone} />
              </a>
            </li>
          ))}
        </ul>
      )}
      <div class="actions">
        <button type="button" class="primary" ref={button} onClick={close}>
          Done
        </button>
      </div>
    </div>
  );
};

const queuedInWords = (count: number): string => {
  if (count === 0) return 'Nothing was queued: no occurrence lies in this span, or an earlier backfill of each has not finished.';
  return count === 1 ? '1 run is queued.' : `${count.toLocaleString('en')} runs are queued.`;
};
