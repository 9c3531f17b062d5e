import { useState } from 'preact/hooks';
import { getJob, saveJob } from '../../api/jobs.js';
import { ApiError, apiErrorOf } from '../../api/problem.js';
import type { Job } from '../../api/wire.js';
import { tell, tellFailure } from '../../parts/toast.js';
import { goTo, linkTo } from '../../router.js';
import { differences } from '../../words/differences.js';
import { draftOf } from '../../words/draft.js';
import { HowFields, WhatFields, WhenFields } from '../jobForm/fields.js';
import { type Form, formOf, jobDraftOf } from '../jobForm/form.js';
import { useShowWrong } from '../jobForm/showWrong.js';
import { Refused } from '../newJob/newJobPage.js';
import { WhatIf } from './whatIf.js';

/** Changes a job: what that does to its coming runs is seen before, and nobody else's change is lost. */
export const Edit = ({ job: present, saved }: { readonly job: Job; readonly saved: () => void }) => {
  // What is edited stays what it was when the form was opened, whatever happens to the job meanwhile.
  const [job, setJob] = useState(present);
  const [form, setForm] = useState<Form>(() => formOf(present));
  const [error, setError] = useState<ApiError | null>(null);
  const [conflict, setConflict] = useState<Job | null>(null);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<ApiError | null>(null);
  useShowWrong(error);
  const draft = jobDraftOf(form, job);
  const changes = differences(draftOf(job), draft);
  const change = (changed: Partial<Form>): void => {
    setForm((known) => ({ ...known, ...changed }));
    setError(null);
  };
  const save = async (version: number): Promise<void> => {
    setBusy(true);
    try {
      const { version: now } = await saveJob(job.jobName, draft, version);
      const undo = (): void => void saveJob(job.jobName, draftOf(conflict ?? job), now).then(saved, tellFailure);
      tell(`${job.jobName} is changed`, { undo });
      saved();
      goTo(linkTo(['jobs', job.jobName]));
    } catch (thrown) {
      setBusy(false);
      if (thrown instanceof ApiError && thrown.status === 412) return setConflict(await getJob(job.jobName));
      setError(apiErrorOf(thrown));
    }
  };
  const takeTheirs = (theirs: Job): void => {
    setJob(theirs);
    setForm(formOf(theirs));
    setConflict(null);
  };
  const fields = { form, issues: (error ?? refused)?.issues ?? [], change, isNew: false };
  return (
    <form
      class="job-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save(job.version);
      }}
    >
      <div class="stack">
        <section class="card" aria-label="What">
          <div class="body">
            <WhatFields {...fields} />
          </div>
        </section>
        <section class="card" aria-label="When">
          <div class="body">
            <WhenFields {...fields} />
          </div>
        </section>
        <section class="card" aria-label="How">
          <div class="body">
            <HowFields {...fields} />
          </div>
        </section>
        <Refused error={error} />
        {conflict ? (
          <Conflict
            mine={draft}
            theirs={conflict}
            base={job}
            busy={busy}
            overwrite={() => void save(conflict.version)}
            takeTheirs={() => takeTheirs(conflict)}
          />
        ) : (
          <div class="actions">
            <button type="submit" class="primary" disabled={busy || changes.length === 0}>
              Save
            </button>
            <button type="button" disabled={changes.length === 0} onClick={() => takeTheirs(present)}>
              Start over
            </button>
          </div>
        )}
      </div>
      <div class="stack beside">
        <WhatIf job={job} draft={draft} isChanged={changes.length > 0} onRefused={setRefused} />
        <Changes changes={changes} />
      </div>
    </form>
  );
};

const Changes = ({ changes }: { readonly changes: ReturnType<typeof differences> }) =>
  changes.length > 0 && (
    <section class="card" aria-label="Changes">
      <header>
        <h2>Changes</h2>
      </header>
      <ul class="changes body">
        {changes.map(({ path, before, after }) => (
          <li key={path}>
            <code>{path}</code> <bdi class="was">{before}</bdi> <bdi>{after}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );

type ConflictGiven = {
  readonly base: Job;
  readonly mine: unknown;
  readonly theirs: Job;
  readonly busy: boolean;
  readonly overwrite: () => void;
  readonly takeTheirs: () => void;
};

/** Somebody else was faster: what they changed, and what to do about it. */
const Conflict = ({ base, mine, theirs, busy, overwrite, takeTheirs }: ConflictGiven) => {
  const changed = differences(draftOf(base), draftOf(theirs));
  const lost = differences(draftOf(theirs), mine);
  return (
    <div class="note wait stack" role="alert">
      <p>
        <b>Somebody has changed this job meanwhile.</b> You edited version {base.version}, it is at version {theirs.version} now. Nothing
        was saved.
      </p>
      {changed.length === 0 ? (
        <p>The definition is the same; it was paused, resumed or cancelled.</p>
      ) : (
        <ul class="changes">
          {changed.map(({ path, before, after }) => (
            <li key={path}>
              <code>{path}</code> <bdi class="was">{before}</bdi> <bdi>{after}</bdi>
              {lost.some((difference) => difference.path === path) && <b> yours would replace this</b>}
            </li>
          ))}
        </ul>
      )}
      <div class="actions">
        <button type="button" onClick={takeTheirs}>
          Take theirs, drop mine
        </button>
        <button type="button" class="danger" disabled={busy} onClick={overwrite}>
          Save mine over it
        </button>
      </div>
    </div>
  );
};
