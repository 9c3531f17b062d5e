import { signal } from '@preact/signals';
import type { LogEvent } from '../api/wire.js';
import { onEvents } from './stream.js';

const mostKept = 2_000;

/** The newest events that came since the console was opened, oldest first. */
export const recentEvents = signal<readonly LogEvent[]>([]);

/** Many events may come between two pictures on the screen; they are shown with the next. */
let arrived: LogEvent[] = [];

onEvents((events) => {
  if (arrived.length === 0) requestAnimationFrame(show);
  arrived.push(...events);
});

const show = (): void => {
  recentEvents.value = [...recentEvents.value, ...arrived].slice(-mostKept);
  arrived = [];
};
