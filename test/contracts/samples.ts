import type { AppendRequest } from '../../src/application/ports/eventStore.js';
import type { ExecutionRow, JobRow } from '../../src/application/ports/readModels.js';
import { emptyStats } from '../../src/application/projections/stats.js';
import { type Instant, instant } from '../../src/domain/instant.js';
import type { Execution, Job, JobDefinition, JobEvent } from '../../src/domain/job/index.js';
import type { Json } from '../../src/domain/json.js';

export const at = (ms: number): Instant => instant(1_700_000_000_000 + ms);

const definition = (given: Partial<JobDefinition> = {}): JobDefinition => ({
  jobType: 'report',
  schedule: { kind: 'once', runAt: at(1_000) },
  parameters: {},
  priority: 'normal',
  maxAttempts: 3,
  timeoutMs: 60_000,
  backoff: { type: 'constant', delay: 1_000, jitter: 0 },
  overlap: 'skip',
  misfire: { policy: 'once', max: 1 },
  isolation: 'inline',
  tags: [],
  retention: { maxExecutions: 1_000, maxAgeMs: null },
  ...given,
});

type JobGiven = Partial<Omit<Job, 'kind' | 'definition'>> & { readonly definition?: Partial<JobDefinition> };

const job = ({ definition: some, ...given }: JobGiven = {}): Job => ({
  kind: 'job',
  jobId: 'job-1',
  definition: definition(some),
  revision: 1,
  ended: null,
  paused: null,
  nextRunAt: at(1_000),
  lastHandled: null,
  runsStarted: 0,
  fencingToken: 0,
  executions: [],
  lastOutcome: null,
  requests: [],
  keptFrom: 1,
  ...given,
});

/** States in which a job has each of the statuses, whatever the time; `scheduled` ones are due at `at(1_000)`. */
export const states = {
  scheduled: {},
  running: { executions: [execution('running')] },
  retrying: { executions: [execution('retrying')], nextRunAt: null },
  queued: { executions: [execution('queued')], nextRunAt: null },
  completed: { nextRunAt: null, ended: 'exhausted', lastOutcome: 'completed' },
  failed: { nextRunAt: null, ended: 'exhausted', lastOutcome: 'failed' },
  cancelled: { nextRunAt: null, ended: 'cancelled' },
  paused: { paused: { at: at(0) } },
} as const satisfies { readonly [status: string]: JobGiven };

export function execution(phase: Execution['phase'], executionId = 'execution-1', timeoutAt = at(9_000)): Execution {
  const basics = {
    executionId,
    scheduledFor: at(0),
    trigger: 'schedule',
    priority: 'normal',
    queuedAt: at(10),
    failures: 0,
    aborts: 0,
  } as const;
  if (phase === 'queued') return { ...basics, attempt: 0, phase };
  if (phase === 'retrying') return { ...basics, attempt: 1, phase, retryAt: at(5_000) };
  return { ...basics, attempt: 1, phase, node: 'n1', startedAt: at(20), timeoutAt, fencingToken: 1 };
}

export const jobRow = (stream: string, given: JobGiven = {}, version = 1): JobRow => ({
  stream,
  version,
  state: job(given),
  stats: emptyStats,
  open: [],
  createdAt: at(0),
  updatedAt: at(version),
});

export const tombstone = (stream: string, version: number): JobRow => ({
  ...jobRow(stream, {}, version),
  state: { kind: 'absent', fencingToken: 7 },
});

export const executionRow = (stream: string, executionId: string, given: Partial<ExecutionRow> = {}): ExecutionRow => ({
  executionId,
  stream,
  version: 2,
  queuedVersion: 2,
  status: 'completed',
  trigger: 'schedule',
  scheduledFor: at(0),
  queuedAt: at(10),
  startedAt: at(20),
  finishedAt: at(30),
  durationMs: 10,
  attempts: [{ attempt: 1, status: 'completed', startedAt: at(20), finishedAt: at(30), durationMs: 10, node: 'n1' }],
  parameters: {},
  ...given,
});

export const completed = (result: Json): JobEvent => ({
  type: 'ExecutionCompleted',
  executionId: 'execution-1',
  attempt: 1,
  finishedAt: at(30),
  durationMs: 10,
  result,
});

let made = 0;
const newCommitId = (): string => `commit-${++made}`;

export const request = (stream: string, expectedVersion: number, given: Partial<AppendRequest> = {}): AppendRequest => ({
  stream,
  expectedVersion,
  commitId: newCommitId(),
  at: at(expectedVersion),
  events: [completed({ version: expectedVersion + 1 })],
  ...given,
});

/** What stores have choked on: operators, paths, prototypes, NUL, half a surrogate pair, and plain size. */
export const hostileText = JSON.stringify({
  $set: { 'a.b': { $gt: '' } },
  '': 'empty key',
  constructor: { prototype: { polluted: true } },
  nul: 'a\u0000b',
  'k\u0000': 'NUL in a key',
  lone: '\ud800 and \udc00',
  emoji: '👩‍🚀',
  quotes: `'";--`,
  big: 'x'.repeat(100_000),
  numbers: [0.1, -1e300, Number.MAX_SAFE_INTEGER],
}).replace('{', '{"__proto__":{"polluted":true},');

export const hostile = (): Json => JSON.parse(hostileText) as Json;
