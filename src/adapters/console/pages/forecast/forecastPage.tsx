import { useState } from 'preact/hooks';
import { forecast } from '../../api/schedules.js';
import type { Forecast } from '../../api/wire.js';
import { may } from '../../live/access.js';
import { useResource } from '../../live/resource.js';
import { Allowed } from '../../parts/allowed.js';
import { Answered, Empty } from '../../parts/states.js';
import { linkTo } from '../../router.js';
import { duration } from '../../words/duration.js';
import { short, viewerZone } from '../../words/time.js';
import { Figure } from '../job/statistics.js';
import { HeatMap } from './heatMap.js';

const spans = [7, 14, 28] as const;

/** The coming days, played by the service with its own decisions and the durations that it has recorded. */
export const ForecastPage = () => {
  const [days, setDays] = useState<number>(7);
  const found = useResource(`forecast ${days}`, (signal) => forecast(days, signal));
  return (
    <>
      <div class="page-head">
        <h1>Forecast</h1>
        <div class="segmented" role="group" aria-label="Days">
          {spans.map((span) => (
            <button key={span} type="button" aria-pressed={days === span} onClick={() => setDays(span)}>
              {span} days
            </button>
          ))}
        </div>
        <p class="sub">
          What is to run, played ahead with the decisions that run jobs, each run taking as long as those before it took on average.
        </p>
      </div>
      <Answered of={found} lines={8}>
        {(data) => (data.runs === 0 ? <Nothing /> : <Found forecast={data} />)}
      </Answered>
    </>
  );
};

const Nothing = () => (
  <section class="card">
    <Empty title="Nothing is to run in these days">
      <Allowed to="admin">
        <a href={linkTo(['new'])}>Schedule a job</a>
      </Allowed>
    </Empty>
  </section>
);

const Found = ({
  forecast: { runs, jobs, peak, skipped, concurrency, complete, until, hours, hotMinutes, suggestions, busiest, unmeasured },
}: {
  readonly forecast: Forecast;
}) => (
  <div class="stack">
    <section class="card figures" aria-label="Figures">
      <Figure name="Runs" value={runs.toLocaleString('en')} />
      <Figure name="Jobs" value={jobs.toLocaleString('en')} />
      <Figure
        name="Most at once"
        value={peak === null ? '–' : String(peak.active)}
        unit={`of ${concurrency}`}
        {...(peak !== null && peak.active > concurrency && { tone: 'bad' })}
      />
      <Figure name="Would be skipped" value={skipped.toLocaleString('en')} {...(skipped > 0 && { tone: 'bad' })} />
    </section>
    {!complete && <p class="note wait">There is more to come than was played: this ends {short(Date.parse(until))}.</p>}
    <section class="card" aria-label="By hour">
      <header>
        <h2>Starts by hour</h2>
        <span class="muted small">{viewerZone}</span>
      </header>
      <div class="body">
        <HeatMap hours={hours} />
      </div>
    </section>
    <div class="columns">
      <section class="card" aria-label="Hot minutes">
        <header>
          <h2>Hot minutes</h2>
        </header>
        {hotMinutes.length === 0 ? (
          <Empty title="No two runs start in the same minute" />
        ) : (
          <ul class="rows">
            {hotMinutes.map(({ minute, starts, active, waited, jobs: names }) => (
              <li key={minute}>
                <div class="row">
                  <span class="strong">{short(Date.parse(minute))}</span>
                  <span class="number">
                    {starts} start, {active} at once{waited > 0 && <span class="bad">, {waited} wait</span>}
                  </span>
                  <span class="second cut">{names.join(', ')}</span>
                </div>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section class="card" aria-label="Suggested spread">
        <header>
          <h2>Suggested spread</h2>
        </header>
        {suggestions.length === 0 ? (
          <Empty title="Nothing needs to be spread">No jobs get in each other’s way.</Empty>
        ) : (
          <ul class="rows">
            {suggestions.map(({ jobName, jitterMs, minute, starts }) => (
              <li key={jobName}>
                <a href={linkTo(may('admin') ? ['jobs', jobName, 'edit'] : ['jobs', jobName])} data-row>
                  <span class="strong cut">{jobName}</span>
                  <span class="number">jitter of {duration(jitterMs)}</span>
                  <span class="second">
                    starts with {starts - 1} others at {short(Date.parse(minute))}
                  </span>
                </a>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section class="card" aria-label="Busiest jobs">
        <header>
          <h2>Busiest jobs</h2>
        </header>
        <ul class="rows">
          {busiest.map(({ jobName, runs: times, busyMs, averageDurationMs, skipped: left }) => (
            <li key={jobName}>
              <a href={linkTo(['jobs', jobName])} data-row>
                <span class="strong cut">{jobName}</span>
                <span class="number">{duration(busyMs)}</span>
                <span class="second">
                  {times.toLocaleString('en')} runs of {averageDurationMs === null ? 'unknown length' : duration(averageDurationMs)}
                  {left > 0 && <span class="bad">, {left.toLocaleString('en')} skipped</span>}
                </span>
              </a>
            </li>
          ))}
        </ul>
      </section>
      {unmeasured.length > 0 && (
        <section class="card" aria-label="Not measured">
          <header>
            <h2>Not measured</h2>
          </header>
          <div class="body stack">
            <p class="muted">No run of these was recorded yet: one second is assumed.</p>
            <p>
              {unmeasured.slice(0, 30).join(', ')}
              {unmeasured.length > 30 && ` and ${unmeasured.length - 30} more`}
            </p>
          </div>
        </section>
      )}
    </div>
  </div>
);
