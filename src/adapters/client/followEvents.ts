import type { PublishedEvent } from '../../application/api/types.js';
import type { Background } from '../../application/ports/clock.js';
import { SchedulerError } from '../../domain/errors.js';
import { eventDates, withDates } from './dates.js';
import { ask, type Request, type Target } from './requests.js';

const againMs = 2_000;
const mostFailures = 30;

type Following = {
  readonly target: Target;
  readonly path: string;
  readonly query: NonNullable<Request['query']>;
  readonly signal: AbortSignal;
  readonly background: Background;
};

/** Events as they come. A connection that breaks is made anew, and goes on after the last event: none is missed, none comes twice. */
export async function* followEvents({
  target,
  path,
  query,
  signal,
  background,
}: Following): AsyncGenerator<PublishedEvent, void, undefined> {
  let last: string | undefined;
  for (let failures = 0; !signal.aborted; ) {
    try {
      const headers = { accept: 'text/event-stream', ...(last !== undefined && { 'last-event-id': last }) };
      const response = await ask(target, path, { query, headers, signal });
      for await (const event of eventsOf(response)) {
        failures = 0;
        last = event.sequence;
        yield event;
      }
    } catch (error) {
      if (signal.aborted) return;
      // What the service refuses it will refuse again; one that is away may come back.
      if (error instanceof SchedulerError && error.code !== 'NOT_AVAILABLE' && error.code !== 'STOPPED') throw error;
      if (++failures === mostFailures) throw error;
    }
    await pause(background, signal);
  }
}

async function* eventsOf(response: Response): AsyncGenerator<PublishedEvent> {
  if (!response.body) return;
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const frames = text.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const data = frame.split('\n').find((line) => line.startsWith('data: '));
      if (data) yield withDates<PublishedEvent>(JSON.parse(data.slice('data: '.length)), eventDates);
    }
  }
}

const pause = (background: Background, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = background.after(againMs, done, 'keepAlive');
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
