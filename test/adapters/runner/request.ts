import { fileURLToPath } from 'node:url';
import { createRunner } from '../../../src/adapters/runner/index.js';
import { manualClock } from '../../../src/adapters/system/manualClock.js';
import { Activity } from '../../../src/application/activity.js';
import type { Background } from '../../../src/application/ports/clock.js';
import type { RunInfo, Runner, RunRequest } from '../../../src/application/ports/runner.js';
import { instant } from '../../../src/domain/instant.js';

export const info: RunInfo = {
  jobName: 'report',
  jobId: 'job-1',
  jobType: 'email',
  organization: 'acme',
  executionId: 'execution-1',
  attempt: 2,
  maxAttempts: 3,
  scheduledFor: instant(Date.parse('2026-01-01T09:00:00Z')),
  fencingToken: 7,
  idempotencyKey: 'execution-1',
};

export const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/handlers/${name}`, import.meta.url));

/** A request with what the handler says while it runs. */
export const requestOf = (handler: RunRequest['handler'], more: Partial<RunRequest> = {}) => {
  const said: unknown[][] = [];
  const request: RunRequest = {
    handler,
    isolation: 'inline',
    parameters: {},
    info,
    signal: new AbortController().signal,
    onProgress: (...progress) => void said.push(progress),
    onLog: (...line) => void said.push(line),
    onArtifact: () => Promise.reject(new Error('no artifact was expected')),
    ...more,
  };
  return { request, said };
};

/** A runner with its own clock, on which housekeeping runs too unless it is given. */
export const runnerOf = ({ workerMemoryMb = 64, background }: { workerMemoryMb?: number; background?: Background } = {}) => {
  const time = manualClock(new Date(0));
  const activity = new Activity();
  const runner: Runner = createRunner({ background: background ?? time, activity, workerMemoryMb });
  return { runner, time, activity };
};
