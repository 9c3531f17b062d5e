import { effect, signal } from '@preact/signals';
import { key, organization } from '../api/session.js';
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

/** What somebody else may see is not left on the screen. */
effect(() => {
  void [key.value, organization.value];
  arrived = [];
  recentEvents.value = [];
});
