import { useEffect, useState } from 'preact/hooks';
import { listJobs } from '../../api/jobs.js';
import type { ApiError } from '../../api/problem.js';
import type { LogEvent } from '../../api/wire.js';
import { after, type Cancel } from '../../clock.js';
import { onEvents } from '../../live/stream.js';

const pageSize = 1_000;
const mostPages = 10;
const shownEveryMs = 400;

export type Due = { readonly jobName: string; readonly at: number };
export type Timetable = {
  readonly next: readonly Due[];
  readonly jobs: number;
  readonly isWhole: boolean;
  readonly loading: boolean;
  readonly error?: ApiError;
};

/** What is due next among the jobs: read once, and from then on kept by the events, each of which says when its job runs next. */
export const useTimetable = (shown: number): Timetable => {
  const [timetable, setTimetable] = useState<Timetable>({ next: [], jobs: 0, isWhole: true, loading: true });
  useEffect(() => {
    const abort = new AbortController();
    const dueAt = new Map<string, number>();
    let cancel: Cancel | null = null;
    const show = (more: Partial<Timetable> = {}): void => {
      const next = earliest(dueAt, shown);
      setTimetable((known) => ({ ...known, next, jobs: dueAt.size, ...more }));
    };
    const end = onEvents((events) => {
      for (const event of events) note(dueAt, event);
      cancel ??= after(shownEveryMs, () => {
        cancel = null;
        show();
      });
    });
    readAll(dueAt, abort.signal, show).catch((error: ApiError) => !abort.signal.aborted && show({ loading: false, error }));
    return () => {
      abort.abort();
      end();
      cancel?.();
    };
  }, [shown]);
  return timetable;
};

const readAll = async (dueAt: Map<string, number>, signal: AbortSignal, show: (more: Partial<Timetable>) => void): Promise<void> => {
  let cursor: string | null = null;
  for (let page = 1; ; page++) {
    const { items, nextCursor } = await listJobs({ status: ['scheduled', 'queued'] }, pageSize, cursor, signal);
    for (const { jobName, nextStartAt } of items)
      if (nextStartAt !== null && !dueAt.has(jobName)) dueAt.set(jobName, Date.parse(nextStartAt));
    const isLast = nextCursor === null || page === mostPages;
    show({ loading: !isLast, isWhole: nextCursor === null || page < mostPages });
    if (isLast) return;
    cursor = nextCursor;
  }
};

const note = (dueAt: Map<string, number>, { jobName, type, data }: LogEvent): void => {
  if (type === 'JobPaused' || type === 'JobCancelled' || type === 'JobCompleted' || type === 'JobDeleted')
    return void dueAt.delete(jobName);
  if (!('nextRunAt' in data)) return;
  if (typeof data.nextRunAt === 'number') dueAt.set(jobName, data.nextRunAt);
  else dueAt.delete(jobName);
};

/** The few smallest of many, without sorting them all. */
const earliest = (dueAt: ReadonlyMap<string, number>, count: number): readonly Due[] => {
  const found: Due[] = [];
  for (const [jobName, at] of dueAt) {
    const last = found.at(-1);
    if (found.length === count && last && at >= last.at) continue;
    const place = found.findIndex((other) => at < other.at);
    found.splice(place < 0 ? found.length : place, 0, { jobName, at });
    if (found.length > count) found.pop();
  }
  return found;
};
