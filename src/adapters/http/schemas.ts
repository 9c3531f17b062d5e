import { z } from 'zod';
import { jobStatuses, misfirePolicies, noticeKinds, overlapPolicies, priorities } from '../../domain/job/index.js';
import { nameForm, namePattern } from '../../domain/name.js';

// What answers look like. Instants are ISO 8601 in UTC.

const instant = z.iso.datetime().describe('ISO 8601, UTC');
const instantOrNull = instant.nullable();
const millis = z.number().describe('milliseconds');
const millisOrNull = millis.nullable();
const json = z.unknown().describe('any JSON');

export const jobName = z.string().regex(namePattern, nameForm).meta({ id: 'JobName' });

export const organizationName = z.string({ error: 'must be given once' }).regex(namePattern, nameForm);

export const jobStatus = z.enum(jobStatuses, { error: `must be one of ${jobStatuses.join(', ')}` }).meta({ id: 'JobStatus' });
const executionStatus = z.enum(['queued', 'running', 'retrying', 'completed', 'failed', 'cancelled']).meta({ id: 'ExecutionStatus' });

const issue = z.strictObject({ path: z.string(), message: z.string() }).meta({ id: 'Issue' });

export const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe('stable; the codes of the library and of HTTP'),
    issues: z.array(issue).optional().describe('for input: everything that is wrong with it'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

export const scheduled = z
  .strictObject({
    jobId: z.string(),
    jobName: z.string(),
    organization: z.string(),
    status: jobStatus,
    nextRunAt: instantOrNull,
    created: z.boolean(),
    version: z.int().describe('of the definition; also the ETag'),
  })
  .meta({ id: 'Scheduled' });

const backoff = z.strictObject({
  type: z.enum(['exponential', 'linear', 'constant', 'list']),
  delay: millis.optional(),
  factor: z.number().optional(),
  maxDelay: millis.optional(),
  jitter: z.number().optional(),
  delays: z.array(millis).optional(),
});

const notifyRule = z.strictObject({
  on: z.array(z.enum(noticeKinds)),
  to: z.array(z.string()),
  after: z.int(),
  recovered: z.boolean(),
});
const notify = z.union([z.literal(false), notifyRule]);

const schedule = z
  .looseObject({ type: z.enum(['once', 'recurring', 'custom']) })
  .meta({ id: 'Schedule', description: 'as docs/schedules.md has it: once, cron, interval, RRULE or custom' });

const instantInput = z.string().meta({ format: 'date-time', description: 'ISO 8601 with Z or an offset' });

const bounds = {
  timezone: z.string().optional().describe('an IANA name; default UTC'),
  startAt: instantInput.optional(),
  endAt: instantInput.optional(),
  maxRuns: z.int().min(1).optional(),
  jitter: millis.optional().describe('window in milliseconds by which starts are spread'),
  exclude: z
    .array(z.union([z.string(), z.strictObject({ from: instantInput, to: instantInput })]))
    .optional()
    .describe('instants, days (`YYYY-MM-DD` in the time zone) and spans without runs'),
};
const unit = z.enum(['second', 'seconds', 'minute', 'minutes', 'hour', 'hours', 'day', 'days', 'week', 'weeks', 'month', 'months']);
const recurring = z.literal('recurring');

/** As it is written; what it means is in docs/schedules.md. */
const scheduleInput = z
  .union([
    z.strictObject({ type: z.literal('once'), runAt: instantInput }),
    z.strictObject({ type: recurring, cronExpression: z.string(), ...bounds }),
    z.strictObject({
      type: recurring,
      interval: z.strictObject({ value: z.int().min(1), unit }),
      anchor: instantInput.optional(),
      ...bounds,
    }),
    z.strictObject({ type: recurring, rrule: z.string(), anchor: instantInput.optional(), ...bounds }),
    z.strictObject({
      type: z.literal('custom'),
      calculator: z.string().describe('a name in `customSchedules` of the process'),
      options: z.record(z.string(), z.unknown()).optional(),
      ...bounds,
    }),
  ])
  .meta({ id: 'ScheduleInput' });

/** For those who read the description of the API. What a client sends is read by the scheduler, which says all that is wrong with it. */
export const jobDefinition = z
  .strictObject({
    jobName: jobName.optional().describe('as in the path, where that names one'),
    jobType: z.string(),
    schedule: scheduleInput,
    parameters: z.record(z.string(), z.unknown()).optional().describe('up to 256 KiB'),
    priority: z.enum(priorities).optional(),
    maxAttempts: z.int().min(1).max(100).optional().describe('in all; default 3'),
    organization: organizationName.optional(),
    timeout: millis.optional().describe('default 300000'),
    backoff: backoff.partial().optional(),
    overlap: z.enum(overlapPolicies).optional(),
    misfire: z
      .union([
        z.enum(misfirePolicies),
        z.strictObject({ policy: z.enum(misfirePolicies), window: millis.optional(), max: z.int().optional() }),
      ])
      .optional(),
    isolation: z.enum(['inline', 'worker']).optional(),
    tags: z.array(z.string()).max(50).optional(),
    description: z.string().max(1_000).optional(),
    enabled: z.boolean().optional(),
    retention: z
      .union([z.literal(false), z.strictObject({ executions: z.int().nullable().optional(), days: z.number().nullable().optional() })])
      .optional(),
    notify: z.union([z.literal(false), notifyRule.partial()]).optional(),
    idempotencyKey: z.string().max(256).optional(),
  })
  .meta({ id: 'JobDefinition' });

export const job = z
  .strictObject({
    jobId: z.string(),
    jobName: z.string(),
    organization: z.string(),
    jobType: z.string(),
    status: jobStatus,
    waitingFor: z.enum(['handler', 'capacity']).nullable(),
    enabled: z.boolean(),
    paused: z
      .strictObject({ since: instant, by: z.string().optional(), note: z.string().optional(), until: instant.optional() })
      .nullable(),
    schedule,
    parameters: json,
    priority: z.enum(priorities),
    maxAttempts: z.int(),
    timeout: millis,
    backoff,
    overlap: z.enum(overlapPolicies),
    misfire: z.strictObject({ policy: z.enum(misfirePolicies), window: millis.optional(), max: z.int() }),
    isolation: z.enum(['inline', 'worker']),
    tags: z.array(z.string()),
    description: z.string().optional(),
    retention: z.strictObject({ maxExecutions: z.int().nullable(), maxAgeMs: millisOrNull }),
    notify: notify.optional(),
    nextRunAt: instantOrNull,
    nextStartAt: instantOrNull,
    lastRunAt: instantOrNull,
    activeExecutions: z.array(z.strictObject({ executionId: z.string(), status: executionStatus, attempt: z.int() })),
    version: z.int(),
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'Job' });

export const page = <T extends z.ZodType>(items: T) =>
  z.strictObject({ items: z.array(items), nextCursor: z.string().nullable().describe('for the next page; null on the last') });

const failure = z.strictObject({
  name: z.string(),
  message: z.string(),
  code: z.string().optional(),
  stack: z.string().optional(),
});

const attempt = z.strictObject({
  attempt: z.int(),
  status: z.enum(['running', 'completed', 'failed', 'cancelled']),
  startedAt: instant,
  finishedAt: instantOrNull,
  durationMs: millisOrNull,
  node: z.string(),
  cause: z.enum(['error', 'timeout', 'lost', 'shutdown', 'fenced', 'snoozed']).optional(),
  error: failure.optional(),
});

const executionFields = {
  executionId: z.string(),
  jobName: z.string(),
  organization: z.string(),
  status: executionStatus,
  trigger: z.enum(['schedule', 'manual', 'catchUp', 'backfill']),
  scheduledFor: instant,
  queuedAt: instant,
  startedAt: instantOrNull,
  finishedAt: instantOrNull,
  durationMs: millisOrNull,
  attempts: z.array(attempt),
  retryAt: instant.optional(),
  result: json.optional(),
  error: failure.optional(),
  parameters: json,
};

export const execution = z.strictObject(executionFields).meta({ id: 'Execution' });

const artifact = z.strictObject({
  artifactId: z.string(),
  name: z.string(),
  mediaType: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  createdAt: instant,
  details: json.optional(),
});

export const executionDetails = z
  .strictObject({
    ...executionFields,
    progress: z.looseObject({ fraction: z.number(), message: z.string().optional(), at: instant }).nullable(),
    log: z.array(z.looseObject({ at: instant, level: z.string(), message: z.string() })),
    droppedLogLines: z.int(),
    artifacts: z.array(artifact),
  })
  .meta({ id: 'ExecutionDetails' });

export const run = z
  .strictObject({
    executionId: z.string(),
    jobName: z.string(),
    status: executionStatus,
    attempts: z.int().describe('starts so far'),
    startedAt: instantOrNull,
    finishedAt: instantOrNull,
    durationMs: millisOrNull,
    result: json.optional(),
    error: failure.optional(),
  })
  .meta({ id: 'Run' });

export const backfilled = z
  .strictObject({
    jobName: z.string(),
    executions: z.array(z.strictObject({ executionId: z.string(), scheduledFor: instant })),
  })
  .meta({ id: 'Backfilled' });

export const stats = z
  .strictObject({
    jobName: z.string(),
    organization: z.string(),
    totalExecutions: z.int(),
    completed: z.int(),
    failed: z.int(),
    cancelled: z.int(),
    retries: z.int(),
    skippedOccurrences: z.int(),
    successRate: z.number().describe('0 to 1'),
    averageDurationMs: millisOrNull,
    p50DurationMs: millisOrNull,
    p95DurationMs: millisOrNull,
    p99DurationMs: millisOrNull,
    maxDurationMs: millisOrNull,
    averageLatenessMs: millisOrNull,
    maxLatenessMs: millisOrNull,
    streak: z.strictObject({ outcome: executionStatus, count: z.int() }).nullable(),
    days: z.array(z.strictObject({ day: z.string(), completed: z.int(), failed: z.int(), cancelled: z.int() })),
    lastExecution: z
      .strictObject({
        executionId: z.string(),
        status: executionStatus,
        startedAt: instantOrNull,
        finishedAt: instantOrNull,
        durationMs: millisOrNull,
      })
      .optional(),
    lastSuccessAt: instant.optional(),
    lastFailureAt: instant.optional(),
  })
  .meta({ id: 'Stats' });

export const upcoming = z
  .strictObject({
    occurrence: instant,
    startAt: instant.describe('the occurrence with the jitter of the job'),
    wallTime: z.string().describe("the reading of a clock in the schedule's zone"),
    shifted: z.literal(true).optional(),
    firstOfTwo: z.literal(true).optional(),
  })
  .meta({ id: 'Upcoming' });

export const comingRun = z.strictObject({ occurrence: instant, startAt: instant }).meta({ id: 'ComingRun' });

export const whatIf = z
  .strictObject({
    jobName: z.string(),
    organization: z.string(),
    outcome: z.enum(['created', 'updated', 'unchanged']),
    changed: z.array(z.string()).describe("names of the definition's fields that would differ"),
    from: instant,
    until: instant.describe('as far as occurrences were compared'),
    complete: z.boolean().describe('whether that is the whole time asked for'),
    removed: z.array(comingRun),
    added: z.array(comingRun),
    moved: z.array(z.strictObject({ occurrence: instant, from: instant, to: instant })).describe('they stay, and start at another time'),
    kept: z.int(),
    nextRunAt: z.strictObject({ before: instantOrNull, after: instantOrNull }),
  })
  .meta({ id: 'WhatIf' });

export const forecast = z
  .strictObject({
    organization: z.string(),
    from: instant,
    until: instant,
    complete: z.boolean().describe('false where there is more to come than is played'),
    jobs: z.int(),
    runs: z.int(),
    skipped: z.int().describe('occurrences left out because a run before them takes too long'),
    concurrency: z.int().describe('attempts that fit at once'),
    peak: z.strictObject({ at: instant, active: z.int() }).nullable(),
    hotMinutes: z.array(z.strictObject({ minute: instant, starts: z.int(), active: z.int(), waited: z.int(), jobs: z.array(z.string()) })),
    hours: z.array(z.strictObject({ hour: instant, starts: z.int(), active: z.int(), waited: z.int() })),
    suggestions: z.array(z.strictObject({ jobName: z.string(), jitterMs: millis, minute: instant, starts: z.int() })),
    busiest: z.array(
      z.strictObject({ jobName: z.string(), runs: z.int(), skipped: z.int(), averageDurationMs: millisOrNull, busyMs: millis }),
    ),
    unmeasured: z.array(z.string()),
  })
  .meta({ id: 'Forecast' });

export const node = z.strictObject({ node: z.string(), self: z.boolean(), handlers: z.array(z.string()) }).meta({ id: 'Node' });

export const explanation = z
  .strictObject({
    jobName: z.string(),
    at: instant,
    code: z.string(),
    executionId: z.string().optional(),
    eventId: z.string().optional(),
  })
  .meta({ id: 'Explanation' });

export const event = z
  .strictObject({
    id: z.string(),
    type: z.string(),
    organization: z.string(),
    jobName: z.string(),
    at: instant,
    sequence: z.string().describe('the place in the log; also the id of an event in the stream'),
    version: z.int(),
    data: z.looseObject({ type: z.string() }).describe('instants in it are epoch milliseconds'),
  })
  .meta({ id: 'Event' });
