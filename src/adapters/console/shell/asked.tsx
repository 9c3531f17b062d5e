import { useState } from 'preact/hooks';
import { cancelJob, deleteJob, pauseJob, resumeJob, runJob, saveJob } from '../api/jobs.js';
import { type ApiError, apiErrorOf } from '../api/problem.js';
import type { Job } from '../api/wire.js';
import { Dialog } from '../parts/dialog.js';
import { Field } from '../parts/field.js';
import { tell, tellFailure } from '../parts/toast.js';
import { goTo, linkTo } from '../router.js';
import { draftOf } from '../words/draft.js';
import { instantOf, viewerZone } from '../words/time.js';
import { type Ask, asked } from './ask.js';

/** The question that is open, if any. */
export const Asked = () => {
  if (asked.value === null) return null;
  const { what, job, done } = asked.value;
  const close = (): void => {
    asked.value = null;
  };
  const given = { job, close, done: () => done?.() };
  switch (what) {
    case 'run':
      return <Run {...given} />;
    case 'pause':
      return <Pause {...given} />;
    case 'cancel':
      return <Cancel {...given} />;
    case 'delete':
      return <Delete {...given} />;
  }
};

type Given = { readonly job: Job; readonly close: () => void; readonly done: () => void } & Partial<Pick<Ask, 'what'>>;

/** Does it once, however often the button is pressed, and shows why it could not be done. */
const useDoing = ({ close, done }: Given) => {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const go = (work: () => Promise<void>) => async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await work();
      close();
      done();
    } catch (thrown) {
      setError(apiErrorOf(thrown));
      setBusy(false);
    }
  };
  return { busy, error, go };
};

const Wrong = ({ error }: { readonly error: ApiError | null }) =>
  error && (
    <p class="note bad" role="alert">
      {error.message}
    </p>
  );

const Run = (given: Given) => {
  const { job, close } = given;
  const [text, setText] = useState(() => JSON.stringify(job.parameters ?? {}, null, 2));
  const { busy, error, go } = useDoing(given);
  const parameters = parsed(text);
  return (
    <Dialog title={`Run ${job.jobName} now`} onClose={close}>
      <form
        class="stack"
        onSubmit={go(async () => {
          const { executionId } = await runJob(job.jobName, parameters ?? undefined);
          tell(`${job.jobName}: a run is queued`);
          goTo(linkTo(['executions', executionId]));
        })}
      >
        <Field
          label="Parameters"
          hint="JSON; for this run only, over the stored ones"
          wrong={parameters === null ? 'must be a JSON object' : undefined}
        >
          {(field) => (
            <textarea
              {...field}
              class="mono"
              rows={8}
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <Wrong error={error} />
        <div class="actions">
          <button type="button" onClick={close}>
            Not now
          </button>
          <button type="submit" class="primary" disabled={busy || parameters === null}>
            Run now
          </button>
        </div>
      </form>
    </Dialog>
  );
};

const Pause = (given: Given) => {
  const { job, close, done } = given;
  const [note, setNote] = useState('');
  const [until, setUntil] = useState('');
  const { busy, error, go } = useDoing(given);
  const end = until === '' ? undefined : instantOf(until, viewerZone);
  const undo = (): void => void resumeJob(job.jobName).then(done, tellFailure);
  return (
    <Dialog title={`Pause ${job.jobName}`} onClose={close}>
      <form
        class="stack"
        onSubmit={go(async () => {
          await pauseJob(job.jobName, note, end ? new Date(end).toISOString() : undefined);
          tell(`${job.jobName} is paused`, { undo });
        })}
      >
        <p class="muted">No new attempt starts; one that runs goes on. Occurrences that pass meanwhile are recorded as skipped.</p>
        <Field label="Why" hint="for whoever wonders later">
          {(field) => <input {...field} maxLength={1000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />}
        </Field>
        <Field label="Resume by itself at" hint={`optional; ${viewerZone}`}>
          {(field) => <input {...field} type="datetime-local" value={until} onInput={(event) => setUntil(event.currentTarget.value)} />}
        </Field>
        <Wrong error={error} />
        <div class="actions">
          <button type="button" onClick={close}>
            Keep it running
          </button>
          <button type="submit" class="primary" disabled={busy}>
            Pause
          </button>
        </div>
      </form>
    </Dialog>
  );
};

const Cancel = (given: Given) => {
  const { job, close, done } = given;
  const [note, setNote] = useState('');
  const { busy, error, go } = useDoing(given);
  return (
    <Dialog title={`Cancel ${job.jobName}`} onClose={close}>
      <form
        class="stack"
        onSubmit={go(async () => {
          const cancelled = await cancelJob(job.jobName, note);
          const undo = (): void => void saveJob(job.jobName, { ...draftOf(job), enabled: true }, cancelled.version).then(done, tellFailure);
          tell(`${job.jobName} is cancelled`, { undo });
        })}
      >
        <p class="muted">
          What runs is asked to stop, retries and coming runs are dropped. The history stays; scheduling it anew brings the job back.
        </p>
        <Field label="Why" hint="for whoever wonders later">
          {(field) => <input {...field} maxLength={1000} value={note} onInput={(event) => setNote(event.currentTarget.value)} />}
        </Field>
        <Wrong error={error} />
        <div class="actions">
          <button type="button" onClick={close}>
            Keep it
          </button>
          <button type="submit" class="danger primary" disabled={busy}>
            Cancel the job
          </button>
        </div>
      </form>
    </Dialog>
  );
};

const Delete = (given: Given) => {
  const { job, close } = given;
  const [typed, setTyped] = useState('');
  const { busy, error, go } = useDoing(given);
  return (
    <Dialog title={`Delete ${job.jobName}`} onClose={close}>
      <form
        class="stack"
        onSubmit={go(async () => {
          await deleteJob(job.jobName);
          tell(`${job.jobName} is deleted`);
          goTo(linkTo(['jobs']));
        })}
      >
        <p class="note bad">The job, its history, its logs and its files are gone for good. This cannot be undone.</p>
        <Field label={`Type ${job.jobName} to go on`}>
          {(field) => (
            <input
              {...field}
              autocomplete="off"
              spellcheck={false}
              value={typed}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          )}
        </Field>
        <Wrong error={error} />
        <div class="actions">
          <button type="button" onClick={close}>
            Keep it
          </button>
          <button type="submit" class="danger primary" disabled={busy || typed !== job.jobName}>
            Delete for good
          </button>
        </div>
      </form>
    </Dialog>
  );
};

const parsed = (text: string): object | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
};
