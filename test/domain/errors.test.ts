import { expect, it } from 'vitest';
import { SchedulerError } from '../../src/domain/errors.js';
import { CalculatorFailure } from '../../src/domain/schedule/calendar.js';

it('an error says what is wrong and why, as far as it is known', () => {
  const cause = new Error('disk full');
  const issues = [{ path: 'schedule', message: 'is missing' }];
  const error = new SchedulerError('INVALID_JOB', 'cannot be saved', { issues, cause });
  expect({ ...error, message: error.message, cause: error.cause }).toEqual({
    name: 'SchedulerError',
    code: 'INVALID_JOB',
    message: 'cannot be saved',
    issues,
    cause,
  });
  const bare = new SchedulerError('STOPPED', 'is stopped');
  expect([bare.issues, Object.hasOwn(bare, 'cause')]).toEqual([undefined, false]);
});

it('a calculator that fails has an error of its own', () => {
  const cause = new Error('no working hours today');
  expect(new CalculatorFailure('CALCULATOR_FAILED', 'threw', { cause })).toMatchObject({
    name: 'CalculatorFailure',
    message: 'threw',
    cause,
  });
});
