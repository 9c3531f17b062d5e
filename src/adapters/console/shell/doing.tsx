import { useState } from 'preact/hooks';
import { type ApiError, apiErrorOf } from '../api/problem.js';
import { useShowWrong } from '../parts/showWrong.js';

/** Does it once, however often the button is pressed, and shows why it could not be done. */
export const useDoing = (done: () => void) => {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  useShowWrong(error, 'dialog');
  const go = (work: () => Promise<void>) => async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await work();
      done();
    } catch (thrown) {
      setError(apiErrorOf(thrown));
      setBusy(false);
    }
  };
  return { busy, error, go };
};

export const Wrong = ({ error }: { readonly error: ApiError | null }) =>
  error && (
    <p class="note bad" role="alert">
      {error.message}
    </p>
  );
