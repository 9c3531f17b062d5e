import { signal } from '@preact/signals';
import { api, send } from '../api/client.js';
import { ApiError } from '../api/problem.js';
import { keyWanted } from '../api/session.js';
import { messagesOf } from '../api/sse.js';
import type { LogEvent } from '../api/wire.js';
import { after, nowMs, wait } from '../clock.js';

export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'lost'; readonly since: number; readonly retryAt: number; readonly why: string };

/** Whether the console sees what happens as it happens. */
export const connection = signal<Connection>({ state: 'connecting' });

type Listener = (events: readonly LogEvent[]) => void;
const listeners = new Set<Listener>();

/** Calls back with events of the log as they come, each once and in order. Returns what ends it. */
export const onEvents = (listener: Listener): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** What happened just before is shown as well. */
const firstShown = 100;
const firstRetryMs = 500;
const longestRetryMs = 10_000;
/** The service gives a sign of life more often than this; a connection that is silent for longer is dead. */
const longestSilenceMs = 45_000;

let retryNow: () => void = () => undefined;
/** Does not wait for the next attempt to come. */
export const reconnect = (): void => retryNow();
addEventListener('online', reconnect);

/** Follows the event stream until the signal aborts; after each loss it goes on from the very event after the last one seen. */
export const follow = async (until: AbortSignal): Promise<void> => {
  const seen: { last: string | null } = { last: null };
  let lostSince: number | null = null;
  let failures = 0;
  connection.value = { state: 'connecting' };
  while (!until.aborted) {
    const why = await readOnce(seen, until, () => {
      failures = 0;
      lostSince = null;
      connection.value = { state: 'live' };
    });
    if (until.aborted || keyWanted.value !== null) return;
    lostSince ??= nowMs();
    const delay = Math.min(longestRetryMs, firstRetryMs * 2 ** failures++);
    connection.value = { state: 'lost', since: lostSince, retryAt: nowMs() + delay, why };
    const early = new AbortController();
    retryNow = () => early.abort();
    await wait(delay, AbortSignal.any([until, early.signal]));
  }
};

/** One connection from its opening to its end; resolves with why it ended. */
const readOnce = async (seen: { last: string | null }, until: AbortSignal, opened: () => void): Promise<string> => {
  const silence = new AbortController();
  const listen = (): (() => void) => after(longestSilenceMs, () => silence.abort());
  let stopListening = listen();
  try {
    const response = await send('GET', api`/events`, {
      ...(seen.last === null && { query: { last: firstShown } }),
      headers: { accept: 'text/event-stream', ...(seen.last !== null && { 'last-event-id': seen.last }) },
      signal: AbortSignal.any([until, silence.signal]),
    });
    if (!response.body) return 'the service sent nothing';
    opened();
    for await (const messages of messagesOf(response.body)) {
      stopListening();
      stopListening = listen();
      if (messages.length === 0) continue;
      const events = messages.map(({ data }) => JSON.parse(data) as LogEvent);
      seen.last = messages.at(-1)?.id ?? seen.last;
      for (const listener of listeners) listener(events);
    }
    return 'the service ended the connection';
  } catch (error) {
    if (silence.signal.aborted) return 'nothing was heard for a while';
    return error instanceof ApiError ? error.message : 'the connection broke';
  } finally {
    stopListening();
  }
};
