import { signal } from '@preact/signals';
import type { Job } from '../api/wire.js';

/** What the viewer is about to do to a job, and is asked about first. */
export type Ask = {
  readonly what: 'run' | 'backfill' | 'pause' | 'cancel' | 'delete';
  readonly job: Job;
  readonly done?: (() => void) | undefined;
};

export const asked = signal<Ask | null>(null);

export const ask = (what: Ask['what'], job: Job, done?: () => void): void => {
  asked.value = { what, job, done };
};
