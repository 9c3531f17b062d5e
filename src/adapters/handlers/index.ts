import type { JobType } from '../../application/ports/jobTypes.js';
import type { Services } from './services.js';

export type { Services } from './services.js';

/** The job types that come with the scheduler. */
export const predefinedTypes = (_services: Services): readonly JobType[] => [];
