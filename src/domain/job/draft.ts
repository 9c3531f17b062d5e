import type { JobEvent } from './events.js';
import { evolve } from './evolve.js';
import type { Job } from './state.js';

/** A job and the events decided so far, each applied at once: the next step of a decision reads the state it really meets. */
export type Draft = { job: Job; readonly events: JobEvent[] };

export const draftOf = (job: Job): Draft => ({ job, events: [] });

export const emit = (draft: Draft, event: JobEvent): void => {
  draft.events.push(event);
  const next = evolve(draft.job, event);
  if (next.kind === 'job') draft.job = next;
};
