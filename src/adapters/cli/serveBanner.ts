import type { JobInfo } from '../../application/api/types.js';
import type { Outcome } from './applyJobs.js';
import { readJobs } from './commands/list.js';
import type { CliScheduler } from './environment.js';
import { printable } from './format/printable.js';
import { fieldLines } from './format/table.js';
import { cut } from './format/width.js';
import type { Invocation } from './invocation.js';
import type { Terminal } from './terminal.js';

/** What a service has to work with. */
export type Service = {
  readonly version: string;
  readonly store: string;
  readonly node?: string;
  readonly organization: string;
  readonly jobs: readonly JobInfo[];
  /** Of the jobs that the service was started with. */
  readonly created: number;
  readonly updated: number;
  readonly handlers: readonly string[];
  /** By the handler that is not there, the jobs that wait for it. */
  readonly unavailable: { readonly [handler: string]: readonly string[] };
};

export const serviceOf = async (
  { environment, organization, directory }: Invocation,
  scheduler: CliScheduler,
  handlers: readonly string[],
  outcomes: readonly Outcome[],
): Promise<Service> => {
  const { jobs } = await readJobs(scheduler, {});
  const { version, config } = environment;
  const unavailable: Record<string, string[]> = {};
  for (const { jobName, jobType, status } of jobs) {
    const key = jobType === 'custom' ? jobName : jobType;
    if (!handlers.includes(key) && status !== 'cancelled' && status !== 'completed' && status !== 'failed')
      unavailable[key] = [...(unavailable[key] ?? []), jobName];
  }
  const counted = (kind: Outcome['outcome']): number => outcomes.filter(({ outcome }) => outcome === kind).length;
  return {
    version,
    store: directory,
    ...(config.node !== undefined && { node: config.node }),
    organization,
    jobs,
    created: counted('created'),
    updated: counted('updated'),
    handlers,
    unavailable,
  };
};

export const bannerLines = (service: Service, { paint, columns }: Terminal): readonly string[] => {
  const { version, store, node, organization, jobs, created, updated, handlers, unavailable } = service;
  const cutTo = (text: string): string => (columns === undefined ? text : cut(text, columns - labelWidth));
  const changes = [...(created === 0 ? [] : [`${created} created`]), ...(updated === 0 ? [] : [`${updated} updated`])].join(', ');
  return [
    paint('strong', `nexus-scheduler ${version}`),
    ...fieldLines(
      [
        ['store', cutTo(`embedded, in ${printable(store)}`)],
        ['node', node === undefined ? null : cutTo(printable(node))],
        ['jobs', cutTo(`${jobs.length} in organization ${printable(organization)}${changes === '' ? '' : ` (${changes})`}`)],
        ['handlers', cutTo(handlers.length === 0 ? 'none; give some with --handlers FILE' : handlers.map(printable).join(', '))],
        ...Object.entries(unavailable).map(
          ([key, names]) =>
            [
              'no handler',
              paint(
                'warn',
                cutTo(`${printable(key)}: ${names.map(printable).join(', ')} wait${names.length === 1 ? 's' : ''} for it when due`),
              ),
            ] as const,
        ),
      ],
      paint,
    ),
    '',
  ];
};

const labelWidth = '  no handler  '.length;
