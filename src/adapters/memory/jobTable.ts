import type { StreamKey } from '../../application/ports/eventStore.js';
import type { JobFilter, JobRow, ReadModels, WorkItem } from '../../application/ports/readModels.js';
import { type WakeIndex, wakeIndexOf } from '../../application/projections/wakeIndex.js';
import type { Job } from '../../domain/job/index.js';

type Live = { readonly row: JobRow; readonly job: Job; readonly index: WakeIndex };

/** Job rows by stream, and the questions asked of them. */
export const jobTable = () => {
  const rows = new Map<StreamKey, JobRow>();
  const live = new Map<StreamKey, Live>();

  /** False where the stored row is as new already. */
  const put = (row: JobRow): boolean => {
    if ((rows.get(row.stream)?.version ?? 0) >= row.version) return false;
    rows.set(row.stream, row);
    const index = wakeIndexOf(row);
    if (index && row.state.kind === 'job') live.set(row.stream, { row, job: row.state, index });
    else live.delete(row.stream);
    return true;
  };

  const list = (filter: JobFilter): readonly JobRow[] =>
    [...live.values()]
      .filter((entry) => isListed(entry, filter))
      .sort((a, b) => byKey(a.index.jobName, b.index.jobName))
      .slice(0, filter.limit)
      .map(({ row }) => row);

  const count = (organization: string): number => [...live.values()].filter(({ index }) => index.organization === organization).length;

  const work: ReadModels['work'] = async ({ handlerKeys, streams, priority, limit }) => {
    const keys = new Set(handlerKeys);
    const named = new Set(streams);
    return [...live.values()]
      .filter(({ row, index }) => index.priority === priority && (keys.has(index.handlerKey) || named.has(row.stream)))
      .flatMap(workItem)
      .sort((a, b) => a.workAt - b.workAt)
      .slice(0, limit);
  };

  const unclaimed: ReadModels['unclaimed'] = async ({ handledKeys, dueBefore, limit }) => {
    const handled = new Set(handledKeys);
    return [...live.values()]
      .filter(({ index }) => index.dueAt !== null && index.dueAt < dueBefore && !handled.has(index.handlerKey))
      .sort((a, b) => (a.index.dueAt ?? 0) - (b.index.dueAt ?? 0))
      .slice(0, limit)
      .flatMap(workItem);
  };

  const running: ReadModels['running'] = async (limit, after = '') =>
    [...live.values()]
      .flatMap(({ row, index }) => (index.expiresAt !== null && row.stream > after ? row.stream : []))
      .sort()
      .slice(0, limit);

  return {
    put,
    get: (stream: StreamKey) => rows.get(stream),
    /** Whether the stored row is a tombstone at `version` or above it. */
    isDeleted: (stream: StreamKey, version = 0) => !live.has(stream) && (rows.get(stream)?.version ?? -1) >= version,
    list,
    count,
    work,
    unclaimed,
    running,
    clear: () => {
      rows.clear();
      live.clear();
    },
  };
};

const byKey = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const workItem = ({ row, index: { handlerKey, priority, workAt } }: Live): readonly WorkItem[] =>
  workAt === null ? [] : [{ stream: row.stream, handlerKey, priority, workAt }];

const isListed = ({ job, index }: Live, { organization, now, statuses, jobType, tag, search, after }: JobFilter): boolean => {
  const { definition } = job;
  if (index.organization !== organization) return false;
  if (after !== undefined && index.jobName <= after) return false;
  if (jobType !== undefined && definition.jobType !== jobType) return false;
  if (tag !== undefined && !definition.tags.includes(tag)) return false;
  if (search !== undefined && !searchTextOf(index.jobName, job).includes(search.toLowerCase())) return false;
  if (statuses === undefined) return true;
  const isDue = index.phase === 'scheduled' && index.dueAt !== null && index.dueAt <= now;
  return statuses.includes(isDue ? 'queued' : index.phase);
};

const searchTextOf = (jobName: string, { definition }: Job): string =>
  [jobName, definition.jobType, definition.description ?? ''].join('\n').toLowerCase();
