export type * from './commands.js';
export { type JobDecider, jobDecider } from './decide.js';
export * from './definition.js';
export type * from './events.js';
export { evolve } from './evolve.js';
export * from './notify.js';
export { type Context, following } from './occurrences.js';
export { type Execution, initialState, type Job, type JobState } from './state.js';
export { expiresAt, type JobStatus, jitterOf, jobStatuses, nextStartAt, statusOf, workAt } from './status.js';
