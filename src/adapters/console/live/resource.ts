import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ApiError } from '../api/problem.js';
import type { LogEvent } from '../api/wire.js';
import { after, type Cancel } from '../clock.js';
import { connection, onEvents } from './stream.js';

/** What was asked of the service. While it is asked again the former answer stays. */
export type Resource<T> = {
  readonly data: T | undefined;
  readonly error: ApiError | undefined;
  readonly loading: boolean;
  readonly reload: () => void;
};

type Answer<T> = { readonly key: string; readonly data?: T | undefined; readonly error?: ApiError | undefined; readonly loading: boolean };

/** Asks when first shown, whenever `key` changes, and on `reload`. */
export const useResource = <T>(key: string, load: (signal: AbortSignal) => Promise<T>): Resource<T> => {
  const [answer, setAnswer] = useState<Answer<T>>({ key, loading: true });
  const [asked, setAsked] = useState(0);
  const current = useRef(load);
  current.current = load;
  // `asked` changes in order to ask again.
  useEffect(() => {
    const abort = new AbortController();
    setAnswer((former) => (former.key === key ? { ...former, loading: true } : { key, loading: true }));
    current.current(abort.signal).then(
      (data) => !abort.signal.aborted && setAnswer({ key, data, loading: false }),
      (error: ApiError) =>
        !abort.signal.aborted &&
        setAnswer((former) => ({ key, data: former.key === key ? former.data : undefined, error, loading: false })),
    );
    return () => abort.abort();
  }, [key, asked]);
  const reload = useCallback(() => setAsked((times) => times + 1), []);
  const isLive = connection.value.state === 'live';
  const failed = answer.error?.status === 0;
  // What could not be had while the service was away is asked for when it is back.
  useEffect(() => {
    if (isLive && failed) reload();
  }, [isLive, failed, reload]);
  const { data, error, loading } = answer.key === key ? answer : { data: undefined, error: undefined, loading: true };
  return { data, error, loading, reload };
};

const usuallyBetweenMs = 400;
/** Of what asks for much at once. */
export const manyBetweenMs = 1_000;

/** Calls back soon after an event that matters has come, however many come at once. */
export const useOnEvent = (
  matters: (event: LogEvent) => boolean,
  callback: () => void,
  key: string,
  leastBetweenMs = usuallyBetweenMs,
): void => {
  const current = useRef({ matters, callback });
  current.current = { matters, callback };
  // What is called is always the latest; `key` says whom it is for.
  useEffect(() => {
    let cancel: Cancel | null = null;
    const end = onEvents((events) => {
      if (cancel || !events.some((event) => current.current.matters(event))) return;
      cancel = after(leastBetweenMs, () => {
        cancel = null;
        current.current.callback();
      });
    });
    return () => {
      end();
      cancel?.();
    };
  }, [key, leastBetweenMs]);
};
