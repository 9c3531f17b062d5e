import { refused, SchedulerError } from '../../domain/errors.js';
import type { Handled } from '../commandHandler.js';
import { splitStream } from '../streams.js';

type Rejection = Extract<Handled, { ok: false }>['rejection'];

/** What the user is told where the domain said no. */
export const toError = (rejection: Rejection, stream: string): SchedulerError => {
  const { jobName } = splitStream(stream);
  switch (rejection.code) {
    case 'JOB_NOT_FOUND':
      return jobNotFound(jobName);
    case 'EXECUTION_NOT_FOUND':
      return executionNotFound(rejection.executionId);
    case 'JOB_ALREADY_RUNNING':
      return new SchedulerError(
        'JOB_ALREADY_RUNNING',
        `job "${jobName}" has an unfinished execution (${rejection.executionId}) and its overlap policy is "skip"; wait for it, cancel it, or choose another policy`,
      );
    case 'VERSION_MISMATCH':
      return new SchedulerError(
        'VERSION_MISMATCH',
        `job "${jobName}" is at version ${rejection.actual}, not ${rejection.expected}; read it again and repeat the change`,
      );
    case 'INVALID_SCHEDULE':
    case 'INVALID_JOB':
    case 'QUOTA_EXCEEDED':
    case 'INVALID_ARGUMENT': {
      const { code, path, message } = rejection;
      return refused(code, [{ path, message }]);
    }
    case 'BUFFER_FULL':
      return new SchedulerError('BUFFER_FULL', `job "${jobName}" has ${rejection.waiting} executions waiting; no more are taken`);
    case 'CONTENDED':
      return new SchedulerError('CONTENDED', `job "${jobName}" is being written by too many at once; try again`);
    case 'CALCULATOR_MISSING':
      return new SchedulerError('CALCULATOR_MISSING', rejection.message);
    case 'CALCULATOR_FAILED':
      return new SchedulerError('INVALID_SCHEDULE', rejection.message, {
        issues: [{ path: 'schedule.calculator', message: rejection.message }],
      });
    case 'STALE_ATTEMPT':
      return executionNotFound(rejection.executionId);
  }
};

export const jobNotFound = (jobName: string): SchedulerError =>
  new SchedulerError('JOB_NOT_FOUND', `there is no job "${jobName}" in this organization`);

export const executionNotFound = (executionId: string): SchedulerError =>
  new SchedulerError('EXECUTION_NOT_FOUND', `there is no execution "${executionId}" in this organization, or its history was dropped`);

export const artifactNotFound = (artifactId: string): SchedulerError =>
  new SchedulerError(
    'ARTIFACT_NOT_FOUND',
    `there is no artifact "${artifactId}" in this organization, or it went with its execution's history`,
  );
