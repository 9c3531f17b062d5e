import { useState } from 'preact/hooks';
import { cancelJob, deleteJob, pauseJob, resumeJob, runJob, saveJob } from '../api/jobs.js';
import type { Job } from '../api/wire.js';
import { may } from '../live/access.js';
import { Dialog } from '../parts/dialog.js';
import { Field } from '../parts/field.js';
import { tell, tellFailure } from '../parts/toast.js';
import { goTo, linkTo } from '../router.js';
import { draftOf } from '../words/draft.js';
import { instantOf, viewerZone } from '../words/time.js';
import { asked } from './ask.js';
import { Backfill } from './backfill.js';
import { useDoing, Wrong } from './doing.js';

/** The question that is open, if any. */
export const Asked = () => {
  if (asked.value === null) return null;
  const { what, job, done } = asked.value;
  const close = (): void => {
    asked.value = null;
  };
  const given = {
    job,
    close,
    done: () => done?.(),
    finish: () => {
      close();
      done?.();
    },
  };
  switch (what) {
    case 'run':
      return <Run {...given} />;
    case 'backfill':
      return <Backfill {...given} />;
    case 'pause':
      return <Pause {...given} />;
    case 'cancel':
      return <Cancel {...given} />;
    case 'delete':
      return <Delete {...given} />;
  }
};

type Given = { readonly job: Job; readonly close: () => void; readonly done: () => void; readonly finish: () => void };

const Run = ({ job, close, finish }: Given) => {
  const [text, setText] = useState(() => JSON.stringify(job.parameters ?? {}, null, 2));
  const { busy, error, go } = useDoing(finish);
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

const Pause = ({ job, close, done, finish }: Given) => {
  const [note, setNote] = useState('');
  const [until, setUntil] = useState('');
  const { busy, error, go } = useDoing(finish);
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

const Cancel = ({ job, close, done, finish }: Given) => {
  const [note, setNote] = useState('');
  const { busy, error, go } = useDoing(finish);
  return (
    <Dialog title={`Cancel ${job.jobName}`} onClose={close}>
      <form
        class="stack"
        onSubmit={go(async () => {
          const cancelled = await cancelJob(job.jobName, note);
          const undo = (): void => void saveJob(job.jobName, { ...draftOf(job), enabled: true }, cancelled.version).then(done, tellFailure);
          tell(`${job.jobName} is cancelled`, may('admin') ? { undo } : {});
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

const Delete = ({ job, close, finish }: Given) => {
  const [typed, setTyped] = useState('');
  const { busy, error, go } = useDoing(finish);
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
