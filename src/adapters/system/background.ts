import type { Background } from '../../application/ports/clock.js';

/** Housekeeping on real time. It keeps no process alive unless asked to: whatever must be finished before an exit is finished by `stop`. */
export const background: Background = {
  after: (delay, callback, keepAlive) => {
    const timer = setTimeout(callback, delay);
    if (!keepAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};
