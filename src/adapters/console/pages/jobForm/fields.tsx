import { misfirePolicies, overlapPolicies, priorities } from '../../../../domain/job/definition.js';
import type { Issue } from '../../api/problem.js';
import { listNodes } from '../../api/service.js';
import { useResource } from '../../live/resource.js';
import { Field } from '../../parts/field.js';
import { issueInWords, isWithin } from '../../words/issues.js';
import { emptyForm, type Form, type Kind, units } from './form.js';

type Given = {
  readonly form: Form;
  readonly issues: readonly Issue[];
  readonly change: (changed: Partial<Form>) => void;
  readonly isNew: boolean;
};

const kindNames: Readonly<Record<Kind, string>> = { cron: 'Cron', interval: 'Every', once: 'Once', rrule: 'RRULE', custom: 'Calculator' };
const zones = Intl.supportedValuesOf('timeZone');

/** What is wrong with a field: whatever the service said of it or of a part of it. */
const wrongOf = (issues: readonly Issue[], ...paths: readonly string[]): string | undefined => {
  const found = issues.flatMap((issue) => {
    const field = paths.find((wanted) => isWithin(issue.path, wanted));
    return field === undefined ? [] : [issueInWords(issue, field)];
  });
  return found.length === 0 ? undefined : [...new Set(found)].join('; ');
};

/** Issues that no field of the form shows. */
export const elsewhere = (issues: readonly Issue[]): readonly Issue[] =>
  issues.filter(({ path }) => !shownPaths.some((shown) => isWithin(path, shown)));

const shownPaths = [
  'jobName',
  'jobType',
  'description',
  'tags',
  'parameters',
  'schedule.cronExpression',
  'schedule.interval',
  'schedule.runAt',
  'schedule.rrule',
  'schedule.calculator',
  'schedule.options',
  'schedule.timezone',
  'schedule.startAt',
  'schedule.endAt',
  'schedule.maxRuns',
  'schedule.jitter',
  'priority',
  'maxAttempts',
  'timeout',
  'backoff',
  'overlap',
  'misfire',
  'isolation',
];

export const WhatFields = ({ form, issues, change, isNew }: Given) => {
  const nodes = useResource('handlers', listNodes);
  const types = [...new Set((nodes.data ?? []).flatMap(({ handlers }) => handlers))].filter((name) => !name.startsWith('custom:'));
  return (
    <fieldset>
      <div class="fields">
        {isNew && (
          <Field label="Name" hint="A-Z a-z 0-9 . _ : -" wrong={wrongOf(issues, 'jobName')}>
            {(field) => (
              <input
                {...field}
                maxLength={128}
                autocomplete="off"
                spellcheck={false}
                value={form.jobName}
                onInput={(e) => change({ jobName: e.currentTarget.value })}
              />
            )}
          </Field>
        )}
        <Field label="Type" hint="which handler runs it" wrong={wrongOf(issues, 'jobType')}>
          {(field) => (
            <input
              {...field}
              maxLength={128}
              autocomplete="off"
              spellcheck={false}
              list="job-types"
              value={form.jobType}
              onInput={(e) => change({ jobType: e.currentTarget.value })}
            />
          )}
        </Field>
      </div>
      <datalist id="job-types">
        {types.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      <Field label="Description" wrong={wrongOf(issues, 'description')}>
        {(field) => <input {...field} value={form.description} onInput={(e) => change({ description: e.currentTarget.value })} />}
      </Field>
      <Field label="Parameters" hint="JSON, handed to the handler" wrong={wrongOf(issues, 'parameters')}>
        {(field) => (
          <textarea
            {...field}
            class="mono"
            rows={5}
            spellcheck={false}
            value={form.parameters}
            onInput={(e) => change({ parameters: e.currentTarget.value })}
          />
        )}
      </Field>
      <Field label="Tags" hint="separated by commas" wrong={wrongOf(issues, 'tags')}>
        {(field) => <input {...field} autocomplete="off" value={form.tags} onInput={(e) => change({ tags: e.currentTarget.value })} />}
      </Field>
    </fieldset>
  );
};

export const WhenFields = (given: Given) => {
  const { form, issues, change } = given;
  return (
    <fieldset>
      <div class="segmented" role="group" aria-label="Kind of schedule">
        {(Object.keys(kindNames) as readonly Kind[]).map((kind) => (
          <button key={kind} type="button" aria-pressed={form.kind === kind} onClick={() => change({ kind })}>
            {kindNames[kind]}
          </button>
        ))}
      </div>
      <div class="fields">
        <KindFields {...given} />
        <Field label="Time zone" wrong={wrongOf(issues, 'schedule.timezone')}>
          {(field) => (
            <input
              {...field}
              list="zones"
              autocomplete="off"
              spellcheck={false}
              value={form.timezone}
              onInput={(e) => change({ timezone: e.currentTarget.value })}
            />
          )}
        </Field>
      </div>
      <datalist id="zones">
        {['UTC', ...zones].map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      {form.kind !== 'once' && <BoundsFields {...given} />}
    </fieldset>
  );
};

const KindFields = ({ form, issues, change }: Given) => {
  switch (form.kind) {
    case 'cron':
      return (
        <Field label="Cron expression" hint="minute hour day month weekday" wrong={wrongOf(issues, 'schedule.cronExpression')}>
          {(field) => (
            <input
              {...field}
              class="mono"
              autocomplete="off"
              spellcheck={false}
              value={form.cron}
              onInput={(e) => change({ cron: e.currentTarget.value })}
            />
          )}
        </Field>
      );
    case 'interval':
      return (
        <>
          <Field label="Every" wrong={wrongOf(issues, 'schedule.interval')}>
            {(field) => (
              <input {...field} inputMode="numeric" value={form.value} onInput={(e) => change({ value: e.currentTarget.value })} />
            )}
          </Field>
          <Field label="Unit">
            {(field) => (
              <select {...field} value={form.unit} onChange={(e) => change({ unit: e.currentTarget.value })}>
                {units.map((unit) => (
                  <option key={unit}>{unit}</option>
                ))}
              </select>
            )}
          </Field>
        </>
      );
    case 'once':
      return (
        <Field label="At" wrong={wrongOf(issues, 'schedule.runAt')}>
          {(field) => (
            <input {...field} type="datetime-local" step={1} value={form.runAt} onInput={(e) => change({ runAt: e.currentTarget.value })} />
          )}
        </Field>
      );
    case 'rrule':
      return (
        <Field label="Recurrence rule" hint="RFC 5545" wrong={wrongOf(issues, 'schedule.rrule')}>
          {(field) => (
            <input
              {...field}
              class="mono"
              autocomplete="off"
              spellcheck={false}
              value={form.rrule}
              onInput={(e) => change({ rrule: e.currentTarget.value })}
            />
          )}
        </Field>
      );
    case 'custom':
      return (
        <>
          <Field label="Calculator" hint="a name in customSchedules" wrong={wrongOf(issues, 'schedule.calculator')}>
            {(field) => (
              <input {...field} autocomplete="off" value={form.calculator} onInput={(e) => change({ calculator: e.currentTarget.value })} />
            )}
          </Field>
          <Field label="Options" hint="JSON" wrong={wrongOf(issues, 'schedule.options')}>
            {(field) => <input {...field} class="mono" value={form.options} onInput={(e) => change({ options: e.currentTarget.value })} />}
          </Field>
        </>
      );
  }
};

const BoundsFields = ({ form, issues, change }: Given) => {
  const paths = ['schedule.startAt', 'schedule.endAt', 'schedule.maxRuns', 'schedule.jitter'];
  const isUsed = form.startAt !== '' || form.endAt !== '' || form.maxRuns !== '' || form.jitterSeconds !== '';
  return (
    <details open={isUsed || wrongOf(issues, ...paths) !== undefined}>
      <summary>Limits and spread</summary>
      <div class="fields">
        <Field label="Not before" wrong={wrongOf(issues, 'schedule.startAt')}>
          {(field) => (
            <input {...field} type="datetime-local" value={form.startAt} onInput={(e) => change({ startAt: e.currentTarget.value })} />
          )}
        </Field>
        <Field label="Not after" wrong={wrongOf(issues, 'schedule.endAt')}>
          {(field) => (
            <input {...field} type="datetime-local" value={form.endAt} onInput={(e) => change({ endAt: e.currentTarget.value })} />
          )}
        </Field>
        <Field label="Runs at most" wrong={wrongOf(issues, 'schedule.maxRuns')}>
          {(field) => (
            <input {...field} inputMode="numeric" value={form.maxRuns} onInput={(e) => change({ maxRuns: e.currentTarget.value })} />
          )}
        </Field>
        <Field label="Spread starts over" hint="seconds" wrong={wrongOf(issues, 'schedule.jitter')}>
          {(field) => (
            <input
              {...field}
              inputMode="decimal"
              value={form.jitterSeconds}
              onInput={(e) => change({ jitterSeconds: e.currentTarget.value })}
            />
          )}
        </Field>
      </div>
    </details>
  );
};

const howPaths = ['priority', 'maxAttempts', 'timeout', 'backoff', 'overlap', 'misfire', 'isolation'] as const;
const howFields = [
  'priority',
  'maxAttempts',
  'timeoutSeconds',
  'backoff',
  'delaySeconds',
  'overlap',
  'misfire',
  'isolation',
] as const satisfies readonly (keyof Form)[];

export const HowFields = ({ form, issues, change }: Given) => {
  const isUsed = howFields.some((name) => form[name] !== emptyForm[name]);
  const choice = (label: string, name: (typeof howFields)[number], options: readonly string[], hint?: string) => (
    <Field label={label} wrong={wrongOf(issues, name)} {...(hint !== undefined && { hint })}>
      {(field) => (
        <select {...field} value={form[name]} onChange={(e) => change({ [name]: e.currentTarget.value })}>
          {[...new Set([...options, form[name]])].map((option) => (
            <option key={option}>{option}</option>
          ))}
        </select>
      )}
    </Field>
  );
  return (
    <details open={isUsed || wrongOf(issues, ...howPaths) !== undefined}>
      <summary>Retries, priority and the like</summary>
      <div class="fields">
        {choice('Priority', 'priority', priorities)}
        <Field label="Attempts at most" wrong={wrongOf(issues, 'maxAttempts')}>
          {(field) => (
            <input
              {...field}
              inputMode="numeric"
              value={form.maxAttempts}
              onInput={(e) => change({ maxAttempts: e.currentTarget.value })}
            />
          )}
        </Field>
        <Field label="Time-out" hint="seconds" wrong={wrongOf(issues, 'timeout')}>
          {(field) => (
            <input
              {...field}
              inputMode="decimal"
              value={form.timeoutSeconds}
              onInput={(e) => change({ timeoutSeconds: e.currentTarget.value })}
            />
          )}
        </Field>
        {choice('Retry delays', 'backoff', ['exponential', 'linear', 'constant'])}
        {form.backoff !== 'list' && (
          <Field label="First delay" hint="seconds" wrong={wrongOf(issues, 'backoff.delay')}>
            {(field) => (
              <input
                {...field}
                inputMode="decimal"
                value={form.delaySeconds}
                onInput={(e) => change({ delaySeconds: e.currentTarget.value })}
              />
            )}
          </Field>
        )}
        {choice('Overlap', 'overlap', overlapPolicies, 'while a run is unfinished')}
        {choice('Misfire', 'misfire', misfirePolicies, 'make up for what passed while down')}
        {choice('Isolation', 'isolation', ['inline', 'worker'])}
      </div>
    </details>
  );
};
