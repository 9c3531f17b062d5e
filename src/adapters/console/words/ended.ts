import type { Job } from '../api/wire.js';

const ends: readonly Job['status'][] = ['cancelled', 'completed', 'failed'];

/** Nothing is to come any more: it was cancelled, or its schedule has no occurrence left. */
export const hasEnded = ({ status, nextRunAt }: Job): boolean => nextRunAt === null && ends.includes(status);
