import { appended } from '../appended.js';
import type { Decision } from '../decider.js';
import type { JobEvent } from './events.js';
import { evolve } from './evolve.js';
import type { Job } from './state.js';

/** A job and the events decided so far, each applied at once: the next step of a decision reads the state it really meets. */
export type Draft = { job: Job; events: readonly JobEvent[]; states: readonly Job[] };

export const draftOf = (job: Job): Draft => ({ job, events: [], states: [] });

export const emit = (draft: Draft, event: JobEvent): void => {
  const next = evolve(draft.job, event);
  if (next.kind === 'job') draft.job = next;
  draft.events = appended(draft.events, event);
  draft.states = appended(draft.states, draft.job);
};

export const acceptDraft = ({ events, states }: Draft): Decision<Job, JobEvent, never> => ({ ok: true, events, states });
