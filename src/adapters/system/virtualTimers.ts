import type { Stop } from '../../application/ports/clock.js';

type Timer = { readonly dueAt: number; readonly callback: () => void };

/** Timers that wait for a clock to be moved, in the order of their making. There are few: one for each running attempt, and a handful more. */
export class VirtualTimers {
  readonly #waiting = new Set<Timer>();

  add(dueAt: number, callback: () => void): Stop {
    const timer = { dueAt, callback };
    this.#waiting.add(timer);
    return () => void this.#waiting.delete(timer);
  }

  earliest(): number | null {
    let earliest: number | null = null;
    for (const { dueAt } of this.#waiting) if (earliest === null || dueAt < earliest) earliest = dueAt;
    return earliest;
  }

  /** Calls what is due, except what a call before it has stopped; timers that are made meanwhile wait for the next time. */
  fire(now: number): void {
    const due = [...this.#waiting].filter((timer) => timer.dueAt <= now).sort((a, b) => a.dueAt - b.dueAt);
    for (const timer of due) if (this.#waiting.delete(timer)) timer.callback();
  }
}
