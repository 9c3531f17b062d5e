import { useEffect } from 'preact/hooks';
import type { ApiError } from '../../api/problem.js';

/** Takes whoever was refused to the first field that is marked. */
export const useShowWrong = (error: ApiError | null): void => {
  useEffect(() => {
    if (error !== null) document.querySelector<HTMLElement>('main [aria-invalid=true]')?.focus();
  }, [error]);
};
