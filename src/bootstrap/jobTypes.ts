import { predefinedTypes } from '../adapters/handlers/index.js';
import { systemClock } from '../adapters/system/systemClock.js';
import type { JobType } from '../application/ports/jobTypes.js';
import { SchedulerError } from '../domain/errors.js';
import { createServices } from './services/index.js';

/** To look at, in the order of their names. */
export const jobTypes = (): readonly JobType[] => {
  const noRecords = (): Promise<never> => Promise.reject(new SchedulerError('NOT_AVAILABLE', 'no scheduler is open'));
  const { services } = createServices(() => ({}), systemClock, noRecords);
  return [...predefinedTypes(services)].sort((a, b) => (a.name < b.name ? -1 : 1));
};
