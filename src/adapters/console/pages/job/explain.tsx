import { useState } from 'preact/hooks';
import { explain, jobHistory, nextRuns } from '../../api/jobs.js';
import type { Explanation, Job } from '../../api/wire.js';
import { now } from '../../live/now.js';
import { useResource } from '../../live/resource.js';
import { Field } from '../../parts/field.js';
import { Answered } from '../../parts/states.js';
import { At, Clock } from '../../parts/when.js';
import { ZoneField } from '../../parts/zoneField.js';
import { linkTo, place, replacePlace } from '../../router.js';
import { explanations } from '../../words/explain.js';
import { zoneOf, zonesOf } from '../../words/schedule.js';
import { instantOf, wallClock } from '../../words/time.js';

/** Why the job ran at an instant, or why it did not. */
export const Explain = ({ job }: { readonly job: Job }) => {
  const { jobName } = job;
  const at = place.value.query.get('at');
  const pick = (instant: string): void => replacePlace(linkTo(['jobs', jobName, 'explain'], { at: instant }));
  return (
    <div class="columns">
      <section class="card" aria-label="Which instant">
        <header>
          <h2>Why did it run, or not, at …</h2>
        </header>
        <div class="body stack">
          <Pick job={job} at={at} pick={pick} />
          <Suggestions job={job} at={at} pick={pick} />
        </div>
      </section>
      {at !== null && <Answer job={job} at={at} key={at} />}
    </div>
  );
};

type PickGiven = { readonly job: Job; readonly at: string | null; readonly pick: (instant: string) => void };

const Pick = ({ job, at, pick }: PickGiven) => {
  const zones = zonesOf(job.schedule);
  const [zone, setZone] = useState(zones[0] ?? 'UTC');
  const [wall, setWall] = useState(() => wallClock(at === null || Number.isNaN(Date.parse(at)) ? now.peek() : Date.parse(at), zone));
  const instant = instantOf(wall, zone);
  return (
    <form
      class="pick"
      onSubmit={(event) => {
        event.preventDefault();
        if (instant !== null) pick(new Date(instant).toISOString());
      }}
    >
      <Field label="Instant">
        {(field) => (
          <input {...field} type="datetime-local" step={1} value={wall} onInput={(event) => setWall(event.currentTarget.value)} />
        )}
      </Field>
      <ZoneField zones={zones} value={zone} onChange={setZone} />
      <button type="submit" class="primary" disabled={instant === null}>
        Explain
      </button>
    </form>
  );
};

const pastSuggested = 8;
const comingSuggested = 3;

/** Instants at which something was or is planned. */
const Suggestions = ({ job, at, pick }: PickGiven) => {
  const suggested = useResource(`suggested ${job.jobName}`, async (signal) => {
    const [past, coming] = await Promise.all([
      jobHistory(job.jobName, pastSuggested, signal),
      nextRuns(job.jobName, comingSuggested, signal),
    ]);
    return [...coming.map(({ occurrence }) => occurrence).toReversed(), ...past.map(({ scheduledFor }) => scheduledFor)];
  });
  const instants = [...new Set(suggested.data)];
  if (instants.length === 0) return null;
  return (
    <div class="field">
      <span class="label">Coming and recent times</span>
      <div class="tags">
        {instants.map((instant) => (
          <button key={instant} type="button" class="chip" aria-pressed={at === instant} onClick={() => pick(instant)}>
            <Clock at={instant} zone={zoneOf(job.schedule)} />
          </button>
        ))}
      </div>
    </div>
  );
};

const Answer = ({ job, at }: { readonly job: Job; readonly at: string }) => {
  const explanation = useResource(`explain ${job.jobName} ${at}`, (signal) => explain(job.jobName, at, signal));
  return (
    <section class="card" aria-label="Answer" aria-live="polite">
      <Answered of={explanation}>{(found) => <Found job={job} explanation={found} />}</Answered>
    </section>
  );
};

const Found = ({ job, explanation }: { readonly job: Job; readonly explanation: Explanation }) => {
  const { title, text, tone } = explanations[explanation.code];
  return (
    <div class="body stack">
      <p class="muted">
        <At at={explanation.at} zone={zoneOf(job.schedule)} />
      </p>
      <div class={`note ${tone}`}>
        <p class="strong answer">{title}</p>
        <p>{text}</p>
      </div>
      <p class="actions">
        {explanation.executionId !== undefined && (
          <a class="button" href={linkTo(['executions', explanation.executionId])}>
            See the execution
          </a>
        )}
        <a class="button" href={linkTo(['jobs', job.jobName, 'replay'], { asOf: explanation.at })}>
          See the job as it was then
        </a>
      </p>
      <dl class="facts small">
        <dt>Code</dt>
        <dd class="mono">{explanation.code}</dd>
        {explanation.eventId !== undefined && (
          <>
            <dt>Decided by event</dt>
            <dd class="mono">{explanation.eventId}</dd>
          </>
        )}
      </dl>
    </div>
  );
};
