import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter } from '../../application/ports/meter.js';
import type { HttpScheduler } from './service.js';

export type Metrics = {
  readonly contentType: string;
  /** In the text format of Prometheus. */
  text(): Promise<string>;
  request(method: string, route: string, status: number, seconds: number): void;
  close(): void;
};

const mostTypes = 100;
const seconds = [0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800];

/** What this node has done since it began, and how it is at this moment. */
export const createMetrics = (scheduler: HttpScheduler, version: string, streams: () => number): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({ name: 'nexus_scheduler_info', help: 'Always 1; says which version runs', labelNames: ['version'], registers }).set(
    { version },
    1,
  );
  const detach = scheduler.measure(meterOn(registry));
  const look = gaugesOn(registry, scheduler, streams);
  const requests = new Counter({
    name: 'nexus_scheduler_http_requests_total',
    help: 'Requests answered',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'nexus_scheduler_http_request_seconds',
    help: 'Time to the answer',
    labelNames: ['route'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers,
  });
  return {
    contentType: registry.contentType,
    text: async () => {
      await look();
      return registry.metrics();
    },
    request: (method, route, status, took) => {
      requests.inc({ method, route, status });
      durations.observe({ route }, took);
    },
    close: () => {
      detach();
      registry.clear();
    },
  };
};

const meterOn = (registry: Registry): Meter => {
  const registers = [registry];
  const named = typesUpTo(mostTypes);
  const started = new Counter({
    name: 'nexus_scheduler_attempts_started_total',
    help: 'Attempts that this node has started',
    labelNames: ['job_type'],
    registers,
  });
  const failed = new Counter({
    name: 'nexus_scheduler_attempts_failed_total',
    help: 'Attempts that failed, tried again or not',
    labelNames: ['job_type', 'cause'],
    registers,
  });
  const ended = new Counter({
    name: 'nexus_scheduler_executions_total',
    help: 'Executions that are over',
    labelNames: ['job_type', 'outcome'],
    registers,
  });
  const retries = new Counter({
    name: 'nexus_scheduler_retries_total',
    help: 'Attempts that are tried again',
    labelNames: ['job_type'],
    registers,
  });
  const skipped = new Counter({
    name: 'nexus_scheduler_occurrences_skipped_total',
    help: 'Occurrences that do not run',
    labelNames: ['reason'],
    registers,
  });
  const duration = new Histogram({
    name: 'nexus_scheduler_attempt_seconds',
    help: 'How long attempts took',
    labelNames: ['job_type'],
    buckets: seconds,
    registers,
  });
  const lateness = new Histogram({
    name: 'nexus_scheduler_start_delay_seconds',
    help: 'How long after its time a planned run started',
    buckets: seconds,
    registers,
  });
  return {
    attemptStarted: (jobType, lateMs) => {
      started.inc({ job_type: named(jobType) });
      if (lateMs !== null) lateness.observe(lateMs / 1_000);
    },
    attemptEnded: (jobType, durationMs, cause) => {
      duration.observe({ job_type: named(jobType) }, durationMs / 1_000);
      if (cause !== null) failed.inc({ job_type: named(jobType), cause });
    },
    executionEnded: (jobType, outcome) => ended.inc({ job_type: named(jobType), outcome }),
    retried: (jobType) => retries.inc({ job_type: named(jobType) }),
    skipped: (reason, count) => skipped.inc({ reason }, count),
  };
};

/** Job types are given by clients: each is a series, so that there may not be any number of them. */
const typesUpTo = (most: number): ((jobType: string) => string) => {
  const known = new Set<string>();
  return (jobType) => {
    if (known.size < most) known.add(jobType);
    return known.has(jobType) ? jobType : 'other';
  };
};

/** Returns what looks how things are, before they are written down. */
const gaugesOn = (registry: Registry, scheduler: HttpScheduler, streams: () => number): (() => Promise<void>) => {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers: [registry] });
  const ready = gauge('nexus_scheduler_ready', '1 where this node takes work and can record it');
  const concurrency = gauge('nexus_scheduler_concurrency', 'Attempts that may run at once on this node');
  const running = gauge('nexus_scheduler_running', 'Attempts that run on this node');
  const waiting = gauge('nexus_scheduler_waiting', 'Due jobs that wait for a slot on this node');
  const stuck = gauge('nexus_scheduler_stuck_handlers', 'Handlers that were told to stop and did not');
  const nodes = gauge('nexus_scheduler_nodes', 'Live nodes, this one among them');
  const backlog = gauge('nexus_scheduler_publication_backlog_commits', 'Commits that are not published to NATS yet');
  const open = gauge('nexus_scheduler_event_streams', 'Readers that follow the events');
  return async () => {
    const health = await scheduler.health();
    ready.set(health.ready ? 1 : 0);
    concurrency.set(health.concurrency);
    running.set(health.running);
    waiting.set(health.waiting);
    stuck.set(health.stuck);
    open.set(streams());
    nodes.set(await scheduler.nodes().then(({ length }) => length, none));
    backlog.set((await scheduler.publicationBacklog()) ?? 0);
  };
};

const none = (): number => 0;
