import { useEffect } from 'preact/hooks';
import type { ApiError } from '../api/problem.js';

/** Takes whoever was refused to the first field that is marked, or back to the button. */
export const useShowWrong = (error: ApiError | null, within: 'main' | 'dialog' = 'main'): void => {
  useEffect(() => {
    const find = (selector: string): HTMLElement | null => document.querySelector(`${within} ${selector}`);
    if (error !== null) (find('[aria-invalid=true]') ?? find('[type=submit]'))?.focus();
  }, [error, within]);
};
