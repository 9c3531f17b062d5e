import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type JobFilters, listJobs } from '../../api/jobs.js';
import { type ApiError, apiErrorOf } from '../../api/problem.js';
import type { Job } from '../../api/wire.js';

const pageSize = 200;

type Loaded = { readonly cursor: string | null; readonly jobs: readonly Job[]; readonly next: string | null };
type State = { readonly key: string; readonly pages: readonly Loaded[]; readonly error?: ApiError; readonly loading: boolean };

export type JobPages = {
  readonly jobs: readonly Job[];
  readonly hasMore: boolean;
  readonly loading: boolean;
  readonly error: ApiError | undefined;
  readonly more: () => void;
  /** Reads the pages again that hold these rows. */
  readonly refresh: (from: number, to: number) => void;
};

/** The list of jobs, page after page as they are wanted; those on the screen are read again when something has happened to them. */
export const useJobPages = (filters: JobFilters): JobPages => {
  const key = JSON.stringify(filters);
  const [state, setState] = useState<State>({ key, pages: [], loading: true });
  const current = useRef(state);
  current.current = state;
  const abort = useRef(new AbortController());

  const read = useCallback(
    async (cursor: string | null, at: number): Promise<void> => {
      const { signal } = abort.current;
      try {
        const { items, nextCursor } = await listJobs(JSON.parse(key) as JobFilters, pageSize, cursor, signal);
        if (signal.aborted) return;
        setState(({ pages }) => {
          const isSame = pages[at]?.next === nextCursor;
          const page = { cursor, jobs: items, next: nextCursor };
          // Where a page ends elsewhere than before, those after it begin elsewhere too: they are read when they are wanted.
          return { key, pages: [...pages.slice(0, at), page, ...(isSame ? pages.slice(at + 1) : [])], loading: false };
        });
      } catch (error) {
        if (!signal.aborted) setState(({ pages }) => ({ key, pages, loading: false, error: apiErrorOf(error) }));
      }
    },
    [key],
  );

  useEffect(() => {
    abort.current = new AbortController();
    setState({ key, pages: [], loading: true });
    void read(null, 0);
    return () => abort.current.abort();
  }, [key, read]);

  const more = useCallback(() => {
    const { pages, loading } = current.current;
    const next = pages.at(-1)?.next ?? null;
    if (loading || (pages.length > 0 && next === null)) return;
    current.current = { ...current.current, loading: true };
    setState((known) => ({ key: known.key, pages: known.pages, loading: true }));
    void read(next, pages.length);
  }, [read]);

  const refresh = useCallback(
    (from: number, to: number) => {
      let start = 0;
      current.current.pages.forEach(({ cursor, jobs }, at) => {
        if (start <= to && start + Math.max(jobs.length, 1) > from) void read(cursor, at);
        start += jobs.length;
      });
      if (current.current.pages.length === 0) void read(null, 0);
    },
    [read],
  );

  const isCurrent = state.key === key;
  return {
    jobs: isCurrent ? state.pages.flatMap(({ jobs }) => jobs) : [],
    hasMore: !isCurrent || state.pages.length === 0 || state.pages.at(-1)?.next !== null,
    loading: !isCurrent || state.loading,
    error: isCurrent ? state.error : undefined,
    more,
    refresh,
  };
};
