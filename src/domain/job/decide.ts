import { accept, type Decider, type Decision, reject } from '../decider.js';
import { CalculatorFailure } from '../schedule/calendar.js';
import type { JobCommand, JobRejection } from './commands.js';
import { completeAttempt, failAttempt } from './decideAttempt.js';
import { backfillJob } from './decideBackfill.js';
import { completeIfOver, decideDue, startReady } from './decideDue.js';
import { cancelExecution, runNow } from './decideExecution.js';
import { cancelJob, deleteJob, pauseJob, resumeIfTime, resumeJob } from './decideLifecycle.js';
import { createJob, updateJob } from './decideSchedule.js';
import { acceptDraft, draftOf } from './draft.js';
import type { JobEvent } from './events.js';
import { evolve } from './evolve.js';
import { maxBuffered } from './limits.js';
import { bySystem } from './notify.js';
import type { Context } from './occurrences.js';
import { initialState, type Job, type JobState } from './state.js';

export type JobDecision = Decision<JobState, JobEvent, JobRejection>;
export type JobDecider = Decider<JobState, JobCommand, JobEvent, JobRejection>;

/** The rules of one job, for the organization that owns it. Pure: time, ids and the calendar are handed in. */
export const jobDecider = (context: Context): JobDecider => ({
  initialState,
  evolve,
  decide: (command, state) => {
    try {
      return decide(command, state, context);
    } catch (error) {
      if (error instanceof CalculatorFailure) return onCalculatorFailure(command, error);
      throw error;
    }
  },
});

const decide = (command: JobCommand, state: JobState, context: Context): JobDecision => {
  if (command.type === 'ScheduleJob') {
    if (state.kind === 'absent') return mismatch(command, { revision: 0 }) ?? createJob(command, context);
    return mismatch(command, state) ?? updateJob(command, state, context);
  }
  if (state.kind === 'absent') return reject({ code: 'JOB_NOT_FOUND' });
  switch (command.type) {
    case 'PauseJob':
      return mismatch(command, state) ?? pauseJob(command, state);
    case 'ResumeJob':
      return mismatch(command, state) ?? resumeJob(command, state, context);
    case 'CancelJob':
      return mismatch(command, state) ?? cancelJob(command, state, context);
    case 'DeleteJob':
      return mismatch(command, state) ?? deleteJob(command, state);
    case 'RunNow':
      return mismatch(command, state) ?? runNow(command, state, context);
    case 'BackfillJob':
      return mismatch(command, state) ?? backfillJob(command, state, context);
    case 'CancelExecution':
      return cancelExecution(command, state, context);
    case 'Wake': {
      const draft = draftOf(state);
      resumeIfTime(draft, command.now, context);
      decideDue(draft, command, command.queueOnly ? maxBuffered : command.slots, context);
      startReady(draft, command);
      completeIfOver(draft);
      return acceptDraft(draft);
    }
    case 'CompleteAttempt':
      return completeAttempt(command, state);
    case 'FailAttempt':
      return failAttempt(command, state);
    case 'CompactJob': {
      const { belowVersion, createdAt, state: compacted, stats, open } = command;
      return accept({ type: 'JobCompacted', belowVersion, createdAt, state: compacted, stats, open });
    }
  }
};

const mismatch = ({ expectedRevision }: { readonly expectedRevision?: number }, { revision }: Pick<Job, 'revision'>): JobDecision | null =>
  expectedRevision !== undefined && expectedRevision !== revision
    ? reject({ code: 'VERSION_MISMATCH', expected: expectedRevision, actual: revision })
    : null;

/** A calculator that fails while nobody is looking pauses its job, so that it is never retried in a tight loop. */
const onCalculatorFailure = (command: JobCommand, { code, message }: CalculatorFailure): JobDecision =>
  command.type === 'Wake' && code === 'CALCULATOR_FAILED'
    ? accept({ type: 'JobPaused', at: command.now, by: bySystem, note: message })
    : reject({ code, message });
