import type { Job, JobDraft, Schedule } from '../../api/wire.js';
import { draftOf } from '../../words/draft.js';
import { instantOf, viewerZone, wallClock } from '../../words/time.js';

export const kinds = ['cron', 'interval', 'once', 'rrule', 'custom'] as const;
export type Kind = (typeof kinds)[number];
export const units = ['seconds', 'minutes', 'hours', 'days', 'weeks', 'months'] as const;

/** What the fields of the form hold: texts, as they are typed. */
export type Form = {
  readonly jobName: string;
  readonly jobType: string;
  readonly description: string;
  readonly tags: string;
  readonly parameters: string;
  readonly kind: Kind;
  readonly timezone: string;
  readonly cron: string;
  readonly value: string;
  readonly unit: string;
  readonly runAt: string;
  readonly rrule: string;
  readonly calculator: string;
  readonly options: string;
  readonly startAt: string;
  readonly endAt: string;
  readonly maxRuns: string;
  readonly jitterSeconds: string;
  readonly priority: string;
  readonly maxAttempts: string;
  readonly timeoutSeconds: string;
  readonly backoff: string;
  readonly delaySeconds: string;
  readonly overlap: string;
  readonly misfire: string;
  readonly isolation: string;
};

export const emptyForm: Form = {
  jobName: '',
  jobType: '',
  description: '',
  tags: '',
  parameters: '{}',
  kind: 'cron',
  timezone: viewerZone,
  cron: '0 9 * * 1-5',
  value: '15',
  unit: 'minutes',
  runAt: '',
  rrule: 'FREQ=WEEKLY;BYDAY=MO,WE,FR;BYHOUR=9;BYMINUTE=0',
  calculator: '',
  options: '{}',
  startAt: '',
  endAt: '',
  maxRuns: '',
  jitterSeconds: '',
  priority: 'normal',
  maxAttempts: '3',
  timeoutSeconds: '300',
  backoff: 'exponential',
  delaySeconds: '1',
  overlap: 'skip',
  misfire: 'once',
  isolation: 'inline',
};

export const formOf = (job: Job): Form => {
  const { schedule, backoff } = job;
  const zone = schedule.type === 'once' ? viewerZone : (schedule.timezone ?? 'UTC');
  const wall = (at: string | undefined): string => (at === undefined ? '' : wallClock(Date.parse(at), zone));
  return {
    ...emptyForm,
    jobName: job.jobName,
    jobType: job.jobType,
    description: job.description ?? '',
    tags: job.tags.join(', '),
    parameters: JSON.stringify(job.parameters ?? {}, null, 2),
    kind: kindOf(schedule),
    timezone: zone,
    ...('cronExpression' in schedule && { cron: schedule.cronExpression }),
    ...('interval' in schedule && { value: String(schedule.interval.value), unit: schedule.interval.unit.replace(/s?$/, 's') }),
    ...('rrule' in schedule && { rrule: schedule.rrule }),
    ...(schedule.type === 'once' && { runAt: wall(schedule.runAt) }),
    ...(schedule.type === 'custom' && { calculator: schedule.calculator, options: JSON.stringify(schedule.options ?? {}, null, 2) }),
    ...(schedule.type !== 'once' && {
      startAt: wall(schedule.startAt),
      endAt: wall(schedule.endAt),
      maxRuns: schedule.maxRuns === undefined ? '' : String(schedule.maxRuns),
      jitterSeconds: schedule.jitter ? String(schedule.jitter / 1_000) : '',
    }),
    priority: job.priority,
    maxAttempts: String(job.maxAttempts),
    timeoutSeconds: String(job.timeout / 1_000),
    backoff: backoff.type,
    delaySeconds: 'delay' in backoff ? String(Number(backoff.delay) / 1_000) : '',
    overlap: job.overlap,
    misfire: job.misfire.policy,
    isolation: job.isolation,
  };
};

const kindOf = (schedule: Schedule): Kind => {
  if (schedule.type !== 'recurring') return schedule.type;
  if ('cronExpression' in schedule) return 'cron';
  return 'interval' in schedule ? 'interval' : 'rrule';
};

/** The schedule that the fields describe. What no field shows, such as exclusions, stays as it was while the kind does. */
export const scheduleOf = (form: Form, former?: Schedule): JobDraft => {
  const { kind, timezone } = form;
  const instant = (wall: string, before: string | undefined): string => isoOf(wall, timezone, before);
  if (kind === 'once') return { type: 'once', runAt: instant(form.runAt, former?.type === 'once' ? former.runAt : undefined) };
  const { startAt = undefined, endAt = undefined } = former === undefined || former.type === 'once' ? {} : former;
  const kept = former !== undefined && former.type !== 'once' && kindOf(former) === kind ? keptOf(former, form) : {};
  const bounds = {
    ...kept,
    timezone,
    ...(form.startAt !== '' && { startAt: instant(form.startAt, startAt) }),
    ...(form.endAt !== '' && { endAt: instant(form.endAt, endAt) }),
    ...(form.maxRuns !== '' && { maxRuns: number(form.maxRuns) }),
    ...(form.jitterSeconds !== '' && { jitter: thousandfold(form.jitterSeconds) }),
  };
  switch (kind) {
    case 'cron':
      return { type: 'recurring', cronExpression: form.cron.trim(), ...bounds };
    case 'interval':
      return { type: 'recurring', interval: { value: number(form.value), unit: form.unit }, ...bounds };
    case 'rrule':
      return { type: 'recurring', rrule: form.rrule.trim(), ...bounds };
    case 'custom':
      return { type: 'custom', calculator: form.calculator.trim(), options: json(form.options), ...bounds };
  }
};

export const jobDraftOf = (form: Form, former?: Job): JobDraft => {
  const { delay: _, ...kept } = former?.backoff.type === form.backoff ? (former.backoff as { readonly [field: string]: unknown }) : {};
  const { description: __, ...rest } = former ? draftOf(former) : {};
  return {
    ...rest,
    jobType: form.jobType.trim(),
    schedule: scheduleOf(form, former?.schedule),
    parameters: json(form.parameters),
    priority: form.priority,
    maxAttempts: number(form.maxAttempts),
    timeout: thousandfold(form.timeoutSeconds),
    backoff:
      form.backoff === 'list'
        ? former?.backoff
        : { ...kept, type: form.backoff, ...(form.delaySeconds !== '' && { delay: thousandfold(form.delaySeconds) }) },
    overlap: form.overlap,
    misfire: former?.misfire.policy === form.misfire ? former.misfire : form.misfire,
    isolation: form.isolation,
    tags: form.tags
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
    ...(form.description.trim() !== '' && { description: form.description.trim() }),
  };
};

/** What the form does not show. The anchor of an interval is kept by the service itself, while the interval stays the same. */
const keptOf = (former: Exclude<Schedule, { readonly type: 'once' }>, form: Form): JobDraft => {
  const { exclude } = former;
  const isSame =
    'interval' in former ? former.interval.value === number(form.value) && former.interval.unit.replace(/s?$/, 's') === form.unit : true;
  return {
    ...(exclude !== undefined && { exclude }),
    ...('anchor' in former && former.anchor !== undefined && isSame && { anchor: former.anchor }),
  };
};

/** What cannot be read is sent as it is: the service says what is wrong with it, at its field. */
const number = (text: string): unknown => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text);
const thousandfold = (text: string): unknown => (typeof number(text) === 'number' ? Math.round(Number(text) * 1_000) : text);

const json = (text: string): unknown => {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return text;
  }
};

/** What was not touched stays to the millisecond, of which fields show none. */
const isoOf = (wall: string, zone: string, before: string | undefined): string => {
  if (before !== undefined && wallClock(Date.parse(before), zone) === wall) return before;
  const at = instantOf(wall, zone);
  return at === null ? wall : new Date(at).toISOString();
};
