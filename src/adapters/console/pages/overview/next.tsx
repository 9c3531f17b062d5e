import { Allowed } from '../../parts/allowed.js';
import { Empty, Failure, Loading } from '../../parts/states.js';
import { Countdown, Short } from '../../parts/when.js';
import { linkTo } from '../../router.js';
import { useTimetable } from './timetable.js';

const shown = 8;

/** What is due next, counting down. */
export const Next = () => {
  const { next, jobs, isWhole, loading, error } = useTimetable(shown);
  return (
    <section class="card" aria-label="Next">
      <header>
        <h2>Next</h2>
        <a href={linkTo(['jobs'], { status: 'scheduled' })}>
          {!isWhole && 'of the first '}
          {jobs.toLocaleString('en')} scheduled
        </a>
      </header>
      {error && <Failure error={error} />}
      {next.length > 0 ? (
        <ul class="rows">
          {next.map(({ jobName, at }) => (
            <li key={jobName}>
              <a href={linkTo(['jobs', jobName])} data-row>
                <span class="strong cut">{jobName}</span>
                <span class="number">
                  <span class="muted small">
                    <Short at={at} />
                  </span>{' '}
                  <span class="due">
                    <Countdown at={at} />
                  </span>
                </span>
              </a>
            </li>
          ))}
        </ul>
      ) : loading ? (
        <Loading />
      ) : (
        <Empty title="Nothing is scheduled">
          <Allowed to="admin">
            <a href={linkTo(['new'])}>Schedule a job</a>
          </Allowed>
        </Empty>
      )}
    </section>
  );
};
