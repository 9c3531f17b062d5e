import type { JobInfo } from '../../application/api/types.js';
import type { Outcome } from './applyJobs.js';
import { isEnded } from './ended.js';
import type { CliScheduler, Listening } from './environment.js';
import { type Field, fieldLines } from './format/fields.js';
import { printable } from './format/printable.js';
import { type Invocation, storeName } from './invocation.js';
import type { Terminal } from './terminal.js';

/** What a service has to work with. */
export type Service = {
  readonly version: string;
  readonly store: string;
  /** Whether other nodes work on it too. */
  readonly shared: boolean;
  readonly node?: string;
  readonly organization: string;
  readonly jobs: readonly JobInfo[];
  /** There are still others: a service with many jobs should not take long to start. */
  readonly more: boolean;
  /** Of the jobs that the service was started with. */
  readonly created: number;
  readonly updated: number;
  readonly handlers: readonly string[];
  /** Where the HTTP API is; null where there is none. */
  readonly http: Pick<Listening, 'url' | 'withKeys'> | null;
  /** By the handler that is not there, the jobs that wait for it. */
  readonly unavailable: { readonly [handler: string]: readonly string[] };
};

const mostRead = 10_000;

export const serviceOf = async (
  { environment, organization, store }: Invocation,
  scheduler: CliScheduler,
  handlers: readonly string[],
  outcomes: readonly Outcome[],
  http: Listening | null,
): Promise<Service> => {
  const jobs = await scheduler.getScheduledJobs({ limit: mostRead });
  const { version, config } = environment;
  const unavailable: Record<string, string[]> = {};
  for (const { jobName, jobType, status } of jobs) {
    const key = jobType === 'custom' ? jobName : jobType;
    if (scheduler.jobHandlers.get(key) === undefined && !isEnded(status)) unavailable[key] = [...(unavailable[key] ?? []), jobName];
  }
  const counted = (kind: Outcome['outcome']): number => outcomes.filter(({ outcome }) => outcome === kind).length;
  return {
    version,
    store: storeName(store),
    shared: store.kind === 'shared',
    ...(config.node !== undefined && { node: config.node }),
    organization,
    jobs,
    more: jobs.nextCursor !== undefined,
    created: counted('created'),
    updated: counted('updated'),
    handlers,
    http: http && { url: http.url, withKeys: http.withKeys },
    unavailable,
  };
};

export const bannerLines = (service: Service, terminal: Terminal): readonly string[] => {
  const { version, store, shared, node, organization, jobs, more, created, updated, handlers, http, unavailable } = service;
  const changes = [...(created === 0 ? [] : [`${created} created`]), ...(updated === 0 ? [] : [`${updated} updated`])].join(', ');
  const missing = Object.entries(unavailable).map(
    ([key, names]): Field => [
      shared ? 'none here' : 'no handler',
      `${printable(key)}: ${someOf(names)} ${names.length === 1 ? 'waits' : 'wait'} for it when due`,
      'warn',
    ],
  );
  return [
    terminal.paint('strong', `nexus-scheduler ${version}`),
    ...fieldLines(
      [
        ['store', shared ? `MongoDB, ${printable(store)}` : `embedded, in ${printable(store)}`],
        ['node', node === undefined ? null : printable(node)],
        [
          'jobs',
          `${more ? 'more than ' : ''}${jobs.length} in organization ${printable(organization)}${changes === '' ? '' : ` (${changes})`}`,
        ],
        [
          'handlers',
          handlers.length === 0
            ? 'those that come with the scheduler; give others with --handlers FILE'
            : handlers.map(printable).join(', '),
        ],
        ...missing,
        ['http', httpText(http)],
      ],
      terminal,
    ),
    '',
  ];
};

const httpText = (http: Service['http']): string | null => {
  if (http === null) return null;
  return `${http.url}${http.withKeys ? '' : ', for this machine alone: there are no keys'}`;
};

const mostNamed = 5;
const someOf = (names: readonly string[]): string => {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).map(printable).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};
