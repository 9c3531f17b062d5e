import type { Explanation } from '../api/wire.js';

type Answer = { readonly title: string; readonly text: string; readonly tone: 'good' | 'bad' | 'wait' | 'plain' };

/** What became of one planned instant, in a sentence and a reason. */
export const explanations: Readonly<Record<Explanation['code'], Answer>> = {
  COMPLETED: { title: 'It ran, and completed', text: 'The run planned for this instant was started and completed.', tone: 'good' },
  FAILED: { title: 'It ran, and failed', text: 'The run planned for this instant was started, and has failed for good.', tone: 'bad' },
  CANCELLED: { title: 'It was cancelled', text: 'The run planned for this instant was cancelled before it ended.', tone: 'plain' },
  RUNNING: { title: 'It is running', text: 'The run planned for this instant has an attempt under way.', tone: 'wait' },
  RETRYING: { title: 'It will be tried again', text: 'An attempt has failed; the next one waits for its delay.', tone: 'wait' },
  QUEUED: { title: 'It waits', text: 'The run planned for this instant is queued and has not started yet.', tone: 'wait' },
  SKIPPED_OVERLAP: {
    title: 'It was skipped: another run was not finished',
    text: 'The job’s overlap policy is to skip while a run, its retries included, is unfinished.',
    tone: 'bad',
  },
  SKIPPED_MISFIRE: {
    title: 'It was skipped: nobody was watching',
    text: 'No node was running when it was due, and the misfire policy does not make up for it.',
    tone: 'bad',
  },
  SKIPPED_PAUSED: {
    title: 'It was skipped: the job was paused',
    text: 'Occurrences that pass while a job is paused do not run.',
    tone: 'plain',
  },
  SKIPPED_EXCLUDED: { title: 'It was excluded', text: 'The schedule names this time among those without runs.', tone: 'plain' },
  SKIPPED_BOUNDS: {
    title: 'It was out of bounds',
    text: 'The schedule’s start, end or greatest number of runs leaves it out.',
    tone: 'plain',
  },
  SKIPPED_CANCELLED: { title: 'It was skipped: the job was cancelled', text: 'A cancelled job has no further runs.', tone: 'plain' },
  SKIPPED_BUFFER_FULL: { title: 'It was skipped: too many were waiting', text: 'The job’s buffer was full.', tone: 'bad' },
  PLANNED: { title: 'It is planned', text: 'The schedule has a run at this instant, which is yet to come.', tone: 'wait' },
  NO_HANDLER: { title: 'It waits for a handler', text: 'It is due, and no live node has a handler for this job type.', tone: 'bad' },
  WAITING_FOR_CAPACITY: {
    title: 'It waits for a free slot',
    text: 'It is due, and every slot of the nodes that can run it is taken.',
    tone: 'wait',
  },
  JOB_PAUSED: { title: 'The job is paused', text: 'It would be due, and waits until the job is resumed.', tone: 'plain' },
  JOB_ENDED: { title: 'The job had ended', text: 'No run was planned: the job was cancelled or had no occurrences left.', tone: 'plain' },
  BEFORE_CREATION: { title: 'The job did not exist yet', text: 'This instant lies before the job was created.', tone: 'plain' },
  HISTORY_DROPPED: { title: 'Its history was dropped', text: 'Retention has removed what was known of this instant.', tone: 'plain' },
  NOT_PLANNED: {
    title: 'Nothing was planned then',
    text: 'The schedule has no occurrence at this instant. Pick one of the times below, or give the exact second.',
    tone: 'plain',
  },
};
