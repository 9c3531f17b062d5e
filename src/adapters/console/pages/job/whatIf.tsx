import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../../api/problem.js';
import { whatIf } from '../../api/schedules.js';
import type { WhatIf as Difference, Job, JobDraft } from '../../api/wire.js';
import { after } from '../../clock.js';
import { Empty } from '../../parts/states.js';
import { issuesInWords } from '../../words/issues.js';
import { zoneOf } from '../../words/schedule.js';
import { absolute, viewerZone } from '../../words/time.js';

type Given = {
  readonly job: Job;
  readonly draft: JobDraft;
  readonly isChanged: boolean;
  readonly onRefused: (error: ApiError | null) => void;
};

const typingPauseMs = 300;
const days = 14;
const shown = 8;

/** The difference that the change makes to the coming runs, before it is saved. */
export const WhatIf = ({ job, draft, isChanged, onRefused }: Given) => {
  const [difference, setDifference] = useState<Difference | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const text = JSON.stringify(draft);
  useEffect(() => {
    const abort = new AbortController();
    const cancel = after(typingPauseMs, () => {
      whatIf(job.jobName, JSON.parse(text), days, abort.signal).then(
        (found) => {
          setDifference(found);
          setError(null);
          onRefused(null);
        },
        (thrown: unknown) => {
          if (abort.signal.aborted || !(thrown instanceof ApiError)) return;
          setError(thrown);
          onRefused(thrown);
        },
      );
    });
    return () => {
      cancel();
      abort.abort();
    };
  }, [job.jobName, text, onRefused]);
  return (
    <section class="card" aria-label="What would change" aria-live="polite">
      <header>
        <h2>Coming runs, the next {days} days</h2>
      </header>
      {error ? (
        <Empty title="Not like this">{error.issues.length > 0 ? issuesInWords(error.issues) : error.message}</Empty>
      ) : difference === null ? null : (
        <Found difference={difference} zone={zoneOf(job.schedule) ?? viewerZone} isChanged={isChanged} />
      )}
    </section>
  );
};

const Found = ({
  difference,
  zone,
  isChanged,
}: {
  readonly difference: Difference;
  readonly zone: string;
  readonly isChanged: boolean;
}) => {
  const { removed, added, moved, kept, complete, until, nextRunAt } = difference;
  const isSame = removed.length + added.length + moved.length === 0;
  return (
    <div class="body stack">
      <p>
        {isSame ? isChanged ? 'The same runs as before' : 'Nothing is changed yet' : <b>{summary(difference)}</b>}
        <span class="muted">
          {kept > 0 && `, ${kept.toLocaleString('en')} stay${kept === 1 ? 's' : ''}`}
          {!complete && ` (compared until ${absolute(Date.parse(until), zone)})`}
        </span>
      </p>
      {nextRunAt.before !== nextRunAt.after && (
        <p>
          Next run: <span class="was">{nextRunAt.before === null ? 'none' : absolute(Date.parse(nextRunAt.before), zone)}</span>{' '}
          {nextRunAt.after === null ? 'none' : absolute(Date.parse(nextRunAt.after), zone)}
        </p>
      )}
      <Runs name="New" tone="added" instants={added.map(({ startAt }) => startAt)} zone={zone} />
      <Runs name="Gone" tone="removed" instants={removed.map(({ startAt }) => startAt)} zone={zone} />
      <Runs name="Start at another time" tone="added" instants={moved.map(({ to }) => to)} zone={zone} />
      <p class="muted small">{zone}</p>
    </div>
  );
};

type RunsGiven = { readonly name: string; readonly tone: string; readonly instants: readonly string[]; readonly zone: string };

const Runs = ({ name, tone, instants, zone }: RunsGiven) =>
  instants.length > 0 && (
    <div>
      <h3>
        {name} ({instants.length.toLocaleString('en')})
      </h3>
      <ul class={`difference ${tone}`}>
        {instants.slice(0, shown).map((instant) => (
          <li key={instant}>{absolute(Date.parse(instant), zone)}</li>
        ))}
        {instants.length > shown && <li class="muted">and {(instants.length - shown).toLocaleString('en')} more</li>}
      </ul>
    </div>
  );

const summary = ({ removed, added, moved }: Difference): string =>
  [
    added.length > 0 && `${added.length.toLocaleString('en')} new`,
    removed.length > 0 && `${removed.length.toLocaleString('en')} gone`,
    moved.length > 0 && `${moved.length.toLocaleString('en')} moved`,
  ]
    .filter(Boolean)
    .join(', ');
