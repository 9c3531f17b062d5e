import { z } from 'zod';
import type { Handler } from '../../application/api/types.js';
import type { CodedIssue, JobInputParser, Parsed, ParsedJob } from '../../application/ports/jobInput.js';
import type { Issue } from '../../domain/errors.js';
import type { Instant } from '../../domain/instant.js';
import { type JobDefinition, type Misfire, misfirePolicies, overlapPolicies, priorities } from '../../domain/job/index.js';
import type { JsonObject } from '../../domain/json.js';
import { nameForm, namePattern } from '../../domain/name.js';
import type { ScheduleOwner } from '../../domain/schedule/calendar.js';
import type { Backoff } from '../../domain/schedule/retryPolicy.js';
import type { Schedule } from '../../domain/schedule/schedule.js';
import { issuesOf } from './issues.js';
import { notifyRule } from './notifyRule.js';

/** What is wrong with parameters of a job type, as far as that is known when a job is scheduled; paths begin with `parameters`. */
export type ParametersCheck = (jobType: string, parameters: JsonObject) => readonly Issue[];

type Readers = {
  readonly readSchedule: (input: unknown, now: Instant, owner: ScheduleOwner) => Parsed<Schedule>;
  readonly presentSchedule: JobInputParser['present'];
  readonly readInstant: (input: unknown) => { readonly ok: true; readonly at: Instant } | { readonly ok: false; readonly fault: string };
  readonly readJsonObject: (
    input: unknown,
  ) => { readonly ok: true; readonly value: JsonObject } | { readonly ok: false; readonly fault: string };
  readonly checkParameters: ParametersCheck;
};

const dayMs = 86_400_000;
const yearMs = 365 * dayMs;
const longest = 'must be a whole number of milliseconds';

const name = z.string({ error: 'must be a text' }).regex(namePattern, nameForm);
const millis = (least: number, most: number) =>
  z.int({ error: longest }).min(least, `must be at least ${least} ms`).max(most, `must be at most ${most} ms`);
const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` });
const fraction = z.number({ error: 'must be a number' }).min(0, 'must be at least 0').max(1, 'must be at most 1');

const backoff = z
  .strictObject({
    type: oneOf(['exponential', 'linear', 'constant', 'list']).default('exponential'),
    delay: millis(0, yearMs).default(1_000),
    factor: z.number({ error: 'must be a number' }).min(1, 'must be at least 1').max(100, 'must be at most 100').default(2),
    maxDelay: millis(0, yearMs).default(3_600_000),
    jitter: fraction.default(0.2),
    delays: z.array(millis(0, yearMs)).min(1, 'must name at least one delay').max(100, 'must name at most 100 delays').optional(),
  })
  .superRefine(({ type, delays }, context) => {
    if (type === 'list' && !delays) context.addIssue({ code: 'custom', path: ['delays'], message: "is needed for type 'list'" });
    if (type !== 'list' && delays) context.addIssue({ code: 'custom', path: ['delays'], message: "belongs to type 'list' only" });
  });

const misfire = z.union(
  [
    oneOf(misfirePolicies).transform((policy) => ({ policy, max: 100, window: undefined })),
    z.strictObject({
      policy: oneOf(misfirePolicies),
      window: millis(1_000, 100 * yearMs).optional(),
      max: z.int({ error: 'must be a whole number' }).min(1, 'must be at least 1').max(1_000, 'must be at most 1,000').default(100),
    }),
  ],
  { error: `must be one of ${misfirePolicies.join(', ')}, or { policy, window?, max? }` },
);

const retention = z.union(
  [
    z.literal(false).transform(() => ({ executions: null, days: null })),
    z.strictObject({
      executions: z
        .int({ error: 'must be a whole number' })
        .min(1, 'must be at least 1')
        .max(1_000_000, 'must be at most 1,000,000')
        .nullable()
        .default(1_000),
      days: z
        .number({ error: 'must be a number' })
        .positive('must be more than 0')
        .max(36_500, 'must be at most 36,500')
        .nullable()
        .default(90),
    }),
  ],
  { error: 'must be false, or { executions?, days? }' },
);

const text = (most: number) => z.string({ error: 'must be a text' }).max(most, `must have at most ${most} characters`);

/** What most jobs leave out, as it is read: so that nothing is read for them. */
const usual = {
  backoff: backoff.parse({}),
  misfire: misfire.parse('once'),
  retention: retention.parse({}),
};

/** Everything but schedule and parameters, which have readers of their own. */
const fields = z.strictObject({
  jobName: name,
  jobType: name,
  organization: name.optional(),
  priority: oneOf(priorities).default('normal'),
  maxAttempts: z.int({ error: 'must be a whole number' }).min(1, 'must be at least 1').max(100, 'must be at most 100').default(3),
  timeout: millis(1, 7 * dayMs).default(300_000),
  backoff: backoff.default(usual.backoff),
  overlap: oneOf(overlapPolicies).default('skip'),
  misfire: misfire.default(usual.misfire),
  isolation: oneOf(['inline', 'worker']).default('inline'),
  tags: z.array(text(64).min(1, 'must not be empty')).max(50, 'must be at most 50 tags').default([]),
  description: text(1_000).optional(),
  enabled: z.boolean({ error: 'must be true or false' }).optional(),
  retention: retention.default(usual.retention),
  notify: notifyRule.optional(),
  idempotencyKey: text(256).min(1, 'must not be empty').optional(),
  handler: z
    .union([z.custom<Handler>((value) => typeof value === 'function'), text(4_096).min(1)], {
      error: 'must be a function, or the path of a module whose default export is one',
    })
    .optional(),
});

export const createJobInput = ({
  readSchedule,
  presentSchedule,
  readInstant,
  readJsonObject,
  checkParameters,
}: Readers): JobInputParser => {
  const parameters = (input: unknown, path: string): Parsed<JsonObject> => {
    const read = readJsonObject(input);
    return read.ok ? read : { ok: false, issues: [{ path, message: read.fault }] };
  };

  const job = (input: unknown, now: Instant, owner: ScheduleOwner): Parsed<ParsedJob> => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) return fault('job', 'must be an object');
    const { schedule: scheduleInput, parameters: parametersInput, ...rest } = { ...input } as Record<string, unknown>;
    const read = fields.safeParse(rest);
    const schedule = readSchedule(scheduleInput, now, owner);
    const given = parametersInput === undefined ? ({ ok: true, value: {} } as const) : parameters(parametersInput, 'parameters');
    const faults =
      given.ok && typeof rest.jobType === 'string' && rest.handler === undefined ? checkParameters(rest.jobType, given.value) : [];
    const isUnfit = rest.isolation === 'worker' && typeof rest.handler === 'function';
    if (read.success && schedule.ok && given.ok && faults.length === 0 && !isUnfit)
      return { ok: true, value: parsedJob(read.data, schedule.value, given.value) };
    return {
      ok: false,
      issues: [
        ...(read.success ? [] : read.error.issues.flatMap((issue) => issuesOf(issue, words))),
        ...(schedule.ok ? [] : schedule.issues),
        ...(given.ok ? faults : given.issues),
        ...(isUnfit ? [noModule] : []),
      ],
    };
  };

  return {
    job: (input, now, owner) => hardened(() => job(input, now, owner)),
    schedule: (input, now, owner) => readSchedule(input, now, owner),
    name: (input, path) => {
      const read = name.safeParse(input);
      return read.success ? { ok: true, value: read.data } : fault(path, read.error.issues[0]?.message ?? 'is wrong');
    },
    instant: (input, path) => {
      const read = readInstant(input);
      return read.ok ? { ok: true, value: read.at } : fault(path, read.fault);
    },
    parameters,
    present: presentSchedule,
  };
};

/** An object whose getters throw is bad input like any other. */
const hardened = <T>(read: () => Parsed<T>): Parsed<T> => {
  try {
    return read();
  } catch {
    return fault('job', 'could not be read: a getter or proxy in it threw');
  }
};

const fault = (path: string, message: string): { readonly ok: false; readonly issues: readonly CodedIssue[] } => ({
  ok: false,
  issues: [{ path, message }],
});

const noModule: Issue = { path: 'handler', message: "must be the path of a module, so that isolation 'worker' can load it in its thread" };

const words = { misspelled: 'is not a field of a job; check its spelling', whole: 'job' };

const parsedJob = (data: z.output<typeof fields>, schedule: Schedule, parameters: JsonObject): ParsedJob => {
  const { jobName, organization, enabled, handler, idempotencyKey, description } = data;
  const definition: JobDefinition = {
    jobType: data.jobType,
    schedule,
    parameters,
    priority: data.priority,
    maxAttempts: data.maxAttempts,
    timeoutMs: data.timeout,
    backoff: backoffOf(data.backoff),
    overlap: data.overlap,
    misfire: misfireOf(data.misfire),
    isolation: data.isolation,
    tags: data.tags,
    retention: { maxExecutions: data.retention.executions, maxAgeMs: data.retention.days === null ? null : data.retention.days * dayMs },
  };
  return {
    jobName,
    definition: description === undefined && !data.notify ? definition : withOptional(definition, data),
    ...(organization !== undefined && { organization }),
    ...(enabled !== undefined && { enabled }),
    ...(handler !== undefined && { handler }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  };
};

// Apart, because a literal with parts that may be missing costs many times what one without them does.
const withOptional = (definition: JobDefinition, { description, notify }: z.output<typeof fields>): JobDefinition => ({
  ...definition,
  ...(description !== undefined && { description }),
  ...(notify && { notify }),
});

const misfireOf = ({ policy, window, max }: z.output<typeof misfire>): Misfire =>
  window === undefined ? { policy, max } : { policy, windowMs: window, max };

const backoffOf = ({ type, delay, factor, maxDelay, jitter, delays }: z.output<typeof backoff>): Backoff => {
  switch (type) {
    case 'exponential':
      return { type, delay, factor, maxDelay, jitter };
    case 'linear':
      return { type, delay, maxDelay, jitter };
    case 'constant':
      return { type, delay, jitter };
    case 'list':
      return { type, delays: delays ?? [], jitter };
  }
};
