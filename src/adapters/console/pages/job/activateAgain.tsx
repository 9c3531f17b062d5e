import { cancelJob, saveJob } from '../../api/jobs.js';
import type { Job } from '../../api/wire.js';
import { Icon } from '../../parts/icon.js';
import { tell, tellFailure } from '../../parts/toast.js';
import { draftOf } from '../../words/draft.js';

type Given = { readonly job: Job; readonly changed: () => void };

/** Takes a cancelled job back as it is, where its schedule has an occurrence left. */
export const ActivateAgain = ({ job, changed }: Given) => {
  const { jobName } = job;
  const undo = (): void => void cancelJob(jobName).then(changed, tellFailure);
  const activate = async (): Promise<void> => {
    const { nextRunAt } = await saveJob(jobName, { ...draftOf(job), enabled: true }, job.version);
    if (nextRunAt === null) tell(`${jobName} stays cancelled: its schedule has no occurrence left`, { tone: 'bad' });
    else tell(`${jobName} is active again`, { undo });
    changed();
  };
  return (
    <button type="button" onClick={() => void activate().catch(tellFailure)}>
      <Icon name="retrying" />
      Activate again
    </button>
  );
};
