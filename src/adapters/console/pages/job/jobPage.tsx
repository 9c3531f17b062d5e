import { useEffect, useRef } from 'preact/hooks';
import { getJob } from '../../api/jobs.js';
import type { Job } from '../../api/wire.js';
import { may } from '../../live/access.js';
import { type Resource, useOnEvent, useResource } from '../../live/resource.js';
import { Reserved } from '../../parts/allowed.js';
import { Answered, Empty } from '../../parts/states.js';
import { linkTo, place } from '../../router.js';
import { Definition } from './definition.js';
import { Edit } from './edit.js';
import { Explain } from './explain.js';
import { History } from './history.js';
import { JobHead, JobTitle } from './jobHead.js';
import { Replay } from './replay.js';
import { Statistics } from './statistics.js';
import { Upcoming } from './upcoming.js';

const tabs = [
  ['history', 'History'],
  ['upcoming', 'Upcoming'],
  ['statistics', 'Statistics'],
  ['explain', 'Explain'],
  ['replay', 'Replay'],
  ['definition', 'Definition'],
  ['edit', 'Edit'],
] as const;

/** One job: what it is and how it does, and under its tabs what was, what comes, and why. */
export const JobPage = ({ name }: { readonly name: string }) => {
  const job = useResource(`job ${name}`, (signal) => getJob(name, signal));
  useOnEvent(({ jobName }) => jobName === name, job.reload, name);
  const [, , tab = 'history'] = place.value.path;
  const bar = useRef<HTMLElement>(null);
  const isKnown = job.data !== undefined;
  const mayEdit = may('admin');
  // On a narrow screen the tab that is open may be out of sight.
  useEffect(() => {
    const current = bar.current?.querySelector<HTMLElement>('[aria-current]');
    if (isKnown && bar.current && current) bar.current.scrollLeft = current.offsetLeft - bar.current.offsetLeft - 16;
  }, [tab, isKnown, mayEdit]);
  return (
    <>
      {!isKnown && <JobTitle name={name} />}
      <Answered of={job}>
        {(found) => (
          <>
            <JobHead job={found} changed={job.reload} />
            <nav class="tabs" ref={bar} aria-label="About this job">
              {tabs
                .filter(([path]) => path !== 'edit' || mayEdit)
                .map(([path, words]) => (
                  <a
                    key={path}
                    href={linkTo(path === 'history' ? ['jobs', name] : ['jobs', name, path])}
                    aria-current={tab === path ? 'page' : undefined}
                  >
                    {words}
                  </a>
                ))}
            </nav>
            <Tab tab={tab} job={found} resource={job} />
          </>
        )}
      </Answered>
    </>
  );
};

const Tab = ({ tab, job, resource }: { readonly tab: string; readonly job: Job; readonly resource: Resource<Job> }) => {
  switch (tab) {
    case 'upcoming':
      return <Upcoming job={job} />;
    case 'statistics':
      return <Statistics job={job} />;
    case 'explain':
      return <Explain job={job} />;
    case 'replay':
      return <Replay job={job} />;
    case 'definition':
      return <Definition job={job} />;
    case 'edit':
      return (
        <Reserved to="admin">
          <Edit job={job} saved={resource.reload} />
        </Reserved>
      );
    case 'history':
      return <History job={job} />;
    default:
      return (
        <Empty title="There is no such page">
          <a href={linkTo(['jobs', job.jobName])}>See its history</a>
        </Empty>
      );
  }
};
