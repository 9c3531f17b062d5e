import { useState } from 'preact/hooks';
import { createJob } from '../../api/jobs.js';
import { ApiError, apiErrorOf } from '../../api/problem.js';
import { Reserved } from '../../parts/allowed.js';
import { useShowWrong } from '../../parts/showWrong.js';
import { tell } from '../../parts/toast.js';
import { goTo, linkTo } from '../../router.js';
import { issuesInWords } from '../../words/issues.js';
import { elsewhere, HowFields, WhatFields, WhenFields } from '../jobForm/fields.js';
import { emptyForm, type Form, jobDraftOf } from '../jobForm/form.js';
import { PreviewCard, usePreview } from '../jobForm/previewCard.js';

/** Schedules a job: its coming runs are seen before it is saved, and what is wrong is said where it is wrong. */
export const NewJobPage = () => (
  <>
    <div class="page-head">
      <h1>New job</h1>
    </div>
    <Reserved to="admin">
      <NewJob />
    </Reserved>
  </>
);

const NewJob = () => {
  const [form, setForm] = useState<Form>(emptyForm);
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const previewed = usePreview(form);
  useShowWrong(error);
  const issues = [...(error?.issues ?? []), ...previewed.issues];
  const change = (changed: Partial<Form>): void => {
    setForm((known) => ({ ...known, ...changed }));
    setError(null);
  };
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    try {
      const { jobName } = await createJob(form.jobName.trim(), jobDraftOf(form));
      tell(`${jobName} is scheduled`);
      goTo(linkTo(['jobs', jobName]));
    } catch (thrown) {
      setError(ofNameTaken(apiErrorOf(thrown)));
      setBusy(false);
    }
  };
  const fields = { form, issues, change, isNew: true };
  return (
    <form class="job-form" onSubmit={save} noValidate>
      <div class="stack">
        <section class="card" aria-label="What">
          <header>
            <h2>What runs</h2>
          </header>
          <div class="body">
            <WhatFields {...fields} />
          </div>
        </section>
        <section class="card" aria-label="When">
          <header>
            <h2>When</h2>
          </header>
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
        <div class="actions">
          <button type="submit" class="primary" disabled={busy}>
            Schedule
          </button>
          <a class="button" href={linkTo(['jobs'])}>
            Not now
          </a>
        </div>
      </div>
      <PreviewCard {...previewed} />
    </form>
  );
};

/** That there is such a job is a fault of the name. */
const ofNameTaken = (error: ApiError): ApiError =>
  error.status === 412
    ? new ApiError(412, error.code, error.message, [{ path: 'jobName', message: 'There is a job of this name already.' }])
    : error;

/** What no field shows. */
export const Refused = ({ error }: { readonly error: ApiError | null }) => {
  if (error === null) return null;
  const others = elsewhere(error.issues);
  if (error.issues.length > 0 && others.length === 0)
    return (
      <p class="note bad" role="alert">
        It was not saved: see what is marked above.
      </p>
    );
  return (
    <p class="note bad" role="alert">
      {others.length > 0 ? issuesInWords(others) : error.message}
    </p>
  );
};
