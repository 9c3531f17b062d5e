import { effect } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { key, keyWanted, organization } from './api/session.js';
import { learnAccess } from './live/access.js';
import { follow } from './live/stream.js';
import { EventsPage } from './pages/events/eventsPage.js';
import { ExecutionPage } from './pages/execution/executionPage.js';
import { ForecastPage } from './pages/forecast/forecastPage.js';
import { JobPage } from './pages/job/jobPage.js';
import { JobsPage } from './pages/jobs/jobsPage.js';
import { KeyPage } from './pages/key/keyPage.js';
import { NewJobPage } from './pages/newJob/newJobPage.js';
import { NoSuchPage } from './pages/noSuchPage/noSuchPage.js';
import { OverviewPage } from './pages/overview/overviewPage.js';
import { place } from './router.js';
import { Shell } from './shell/shell.js';

/** Follows the log with the key and for the organization of the moment. */
const followLog = (): (() => void) => {
  let abort = new AbortController();
  const end = effect(() => {
    abort.abort();
    abort = new AbortController();
    void [key.value, organization.value];
    if (keyWanted.value === null) void follow(abort.signal);
  });
  return () => {
    end();
    abort.abort();
  };
};

export const App = () => {
  useEffect(followLog, []);
  useEffect(learnAccess, []);
  if (keyWanted.value !== null) return <KeyPage />;
  return (
    <Shell>
      {/* Another organization is another world: nothing of the former stays on the screen. */}
      <Page key={`${organization.value} ${place.value.path.slice(0, 2).join('/')}`} />
    </Shell>
  );
};

const pages: ReadonlyMap<string, ComponentType> = new Map([
  ['', OverviewPage],
  ['jobs', JobsPage],
  ['new', NewJobPage],
  ['forecast', ForecastPage],
  ['events', EventsPage],
]);

const Page = () => {
  const [section = '', name] = place.value.path;
  if (section === 'jobs' && name !== undefined) return <JobPage name={name} />;
  if (section === 'executions' && name !== undefined) return <ExecutionPage executionId={name} />;
  const Shown = (name === undefined && pages.get(section)) || NoSuchPage;
  return <Shown />;
};
