import type { Background, Clock } from '../../../application/ports/clock.js';
import type { Millis } from '../../../domain/instant.js';

export type Deadlines<T> = {
  add(waiting: T): void;
  remove(waiting: T): void;
};

/** Calls back for what was not removed a fixed time after it was added. One timer for all: they fall due in the order of their coming. */
export const deadlines = <T>(
  clock: Pick<Clock, 'monotonic'>,
  background: Background,
  patienceMs: Millis,
  onExpired: (waiting: T) => void,
): Deadlines<T> => {
  const dueAt = new Map<T, Millis>();
  let isArmed = false;

  const look = (): void => {
    isArmed = false;
    const now = clock.monotonic();
    for (const [waiting, due] of dueAt) {
      if (due > now) break;
      dueAt.delete(waiting);
      onExpired(waiting);
    }
    arm();
  };

  const arm = (): void => {
    const [first] = dueAt.values();
    if (first === undefined || isArmed) return;
    isArmed = true;
    background.after(Math.max(1, first - clock.monotonic()), look);
  };

  return {
    add: (waiting) => {
      dueAt.set(waiting, clock.monotonic() + patienceMs);
      arm();
    },
    remove: (waiting) => void dueAt.delete(waiting),
  };
};
