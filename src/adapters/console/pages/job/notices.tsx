import type { Job } from '../../api/wire.js';
import { Allowed } from '../../parts/allowed.js';
import { Text } from '../../parts/text.js';
import { Ago, At } from '../../parts/when.js';
import { linkTo } from '../../router.js';
import { hasEnded } from '../../words/ended.js';

/** What somebody who looks at this job should know first. */
export const Notices = ({ job }: { readonly job: Job }) => {
  const { paused, waitingFor, jobType } = job;
  return (
    <>
      {hasEnded(job) && <EndedNotice job={job} />}
      {paused && (
        <p class="note wait spaced">
          Paused <Ago at={paused.since} />
          {paused.by !== undefined && (
            <>
              {' by '}
              <Text>{paused.by}</Text>
            </>
          )}
          {paused.until !== undefined && (
            <>
              , until <At at={paused.until} />
            </>
          )}
          {paused.note !== undefined && (
            <>
              : “<Text>{paused.note}</Text>”
            </>
          )}
        </p>
      )}
      {waitingFor === 'handler' && (
        <p class="note bad spaced">
          It waits: no live node has a handler for the job type “<Text>{jobType}</Text>”.
        </p>
      )}
      {waitingFor === 'capacity' && <p class="note wait spaced">It is due and waits for a free slot.</p>}
    </>
  );
};

const EndedNotice = ({ job: { jobName, status } }: { readonly job: Job }) => (
  <p class="note plain spaced">
    {status === 'cancelled' ? 'It is cancelled: nothing is to come.' : 'It has ended: its schedule has no occurrence left.'}{' '}
    <Allowed to="admin">
      <a href={linkTo(['jobs', jobName, 'edit'])}>Give it another schedule</a>
    </Allowed>
  </p>
);
