/** A definition with the usual values in every field that has one, as most jobs' are. */
export const usual = {
  jobType: 'bench',
  schedule: { kind: 'once', runAt: Date.now() },
  parameters: {},
  priority: 'normal',
  maxAttempts: 3,
  timeoutMs: 300_000,
  backoff: { type: 'exponential', delay: 1_000, factor: 2, maxDelay: 3_600_000, jitter: 0.2 },
  overlap: 'skip',
  misfire: { policy: 'once', max: 100 },
  isolation: 'inline',
  tags: [],
  retention: { maxExecutions: 1_000, maxAgeMs: 90 * 86_400_000 },
};
