import type { Background } from '../../application/ports/clock.js';

/** Housekeeping on real time. It never keeps a process alive: whatever must be finished before an exit is finished by `stop`. */
export const background: Background = {
  after: (delay, callback) => {
    const timer = setTimeout(callback, delay).unref();
    return () => clearTimeout(timer);
  },
};
