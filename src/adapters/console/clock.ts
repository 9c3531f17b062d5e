/** The only place of the console that reads the time and sets timers. Cancelling twice is harmless. */
export type Cancel = () => void;

export const nowMs = (): number => Date.now();

export const after = (delayMs: number, callback: () => void): Cancel => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};

/** Calls back at each full second, or each full multiple of another step, as a clock ticks. */
export const onEachTick = (stepMs: number, callback: () => void): Cancel => {
  let cancel: Cancel = () => undefined;
  const next = (): void => {
    cancel = after(stepMs - (nowMs() % stepMs), () => {
      callback();
      next();
    });
  };
  next();
  return () => cancel();
};

export const wait = (delayMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const cancel = after(delayMs, done);
    signal.addEventListener('abort', done);
  });
