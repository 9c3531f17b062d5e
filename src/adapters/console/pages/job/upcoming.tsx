import { useState } from 'preact/hooks';
import { nextRuns } from '../../api/jobs.js';
import type { Job } from '../../api/wire.js';
import { useResource } from '../../live/resource.js';
import { Answered, Empty } from '../../parts/states.js';
import { zoneOf } from '../../words/schedule.js';
import { UpcomingTable } from './upcomingTable.js';

const atFirst = 20;
const most = 100;

/** The coming runs, by the clock of the job's zone and by the viewer's. */
export const Upcoming = ({ job }: { readonly job: Job }) => {
  const [count, setCount] = useState(atFirst);
  const upcoming = useResource(`next ${job.jobName} ${job.version} ${job.nextRunAt} ${count}`, (signal) =>
    nextRuns(job.jobName, count, signal),
  );
  return (
    <section class="card" aria-label="Coming runs">
      <Answered of={upcoming}>
        {(entries) =>
          entries.length === 0 ? (
            <Empty title="No run is to come">{whyNone(job)}</Empty>
          ) : (
            <>
              <UpcomingTable entries={entries} zone={zoneOf(job.schedule)} />
              {entries.length >= count && count < most && (
                <p class="more">
                  <button type="button" class="quiet" onClick={() => setCount(most)}>
                    Show {most}
                  </button>
                </p>
              )}
            </>
          )
        }
      </Answered>
    </section>
  );
};

const whyNone = ({ enabled, status }: Job): string => {
  if (!enabled) return 'The job is paused.';
  return status === 'cancelled' ? 'The job is cancelled.' : 'The schedule has no occurrence left.';
};
