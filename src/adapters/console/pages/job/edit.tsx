import { useState } from 'preact/hooks';
import { cancelJob, getJob, saveJob } from '../../api/jobs.js';
import { ApiError, apiErrorOf } from '../../api/problem.js';
import type { Job, Scheduled } from '../../api/wire.js';
import { useShowWrong } from '../../parts/showWrong.js';
import { tell, tellFailure } from '../../parts/toast.js';
import { goTo, linkTo } from '../../router.js';
import { differences } from '../../words/differences.js';
import { draftOf } from '../../words/draft.js';
import { hasEnded } from '../../words/ended.js';
import { HowFields, WhatFields, WhenFields } from '../jobForm/fields.js';
import { type Form, formOf, jobDraftOf } from '../jobForm/form.js';
import { Refused } from '../newJob/newJobPage.js';
import { Changes } from './changes.js';
import { Conflict } from './conflict.js';
import { Ended } from './ended.js';
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
  const [activates, setActivates] = useState(false);
  useShowWrong(error);
  const ended = hasEnded(present);
  const draft = jobDraftOf(form, job);
  const asked = ended && activates ? { ...draft, enabled: true } : draft;
  const changes = differences(draftOf(job), draft);
  const isChanged = changes.length > 0 || asked !== draft;
  const change = (changed: Partial<Form>): void => {
    setForm((known) => ({ ...known, ...changed }));
    setError(null);
  };
  const save = async (version: number): Promise<void> => {
    setBusy(true);
    try {
      const result = await saveJob(job.jobName, asked, version);
      const isRevived = ended && result.nextRunAt !== null;
      const undo = (): void => void putBack(conflict ?? job, result.version, isRevived).then(saved, tellFailure);
      // A schedule that had come to its end has no way back there.
      tell(
        `${job.jobName} ${ended ? becameOf(result, activates) : 'is changed'}`,
        isRevived && present.status !== 'cancelled' ? {} : { undo },
      );
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
    setActivates(false);
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
        {ended && <Ended job={present} activates={activates} onActivates={setActivates} />}
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
            <button type="submit" class="primary" disabled={busy || !isChanged}>
              Save
            </button>
            <button type="button" disabled={!isChanged} onClick={() => takeTheirs(present)}>
              Start over
            </button>
          </div>
        )}
      </div>
      <div class="stack beside">
        <WhatIf job={job} draft={asked} isChanged={isChanged} onRefused={setRefused} />
        <Changes changes={changes} />
      </div>
    </form>
  );
};

/** What became of a job that had ended. */
const becameOf = ({ status, nextRunAt }: Scheduled, activates: boolean): string => {
  if (nextRunAt !== null) return 'is active again';
  return activates ? `stays ${status}: its schedule has no occurrence left` : `is changed, and stays ${status}`;
};

/** The definition that was there before, and the end that the job had. */
const putBack = async (former: Job, version: number, isRevived: boolean): Promise<void> => {
  await saveJob(former.jobName, draftOf(former), version);
  if (isRevived) await cancelJob(former.jobName);
};
