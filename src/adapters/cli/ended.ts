import type { JobInfo } from '../../application/api/types.js';

/** Whether a job has no run before it, and none under way. */
export const isEnded = (status: JobInfo['status']): boolean => status === 'cancelled' || status === 'completed' || status === 'failed';
