import { type JobEvent, jobEventTypes } from '../domain/job/index.js';
import { invalidArgument } from './api/arguments.js';
import type { PublishedEvent } from './api/types.js';
import { publishedOf } from './eventStream.js';
import type { Commit } from './ports/eventStore.js';

type Call = (event: PublishedEvent) => void;
type Listener = { readonly organization: string; readonly type: JobEvent['type'] | '*'; readonly call: Call };

/** Callbacks of this process for what it has made durable. */
export class Listeners {
  readonly #listeners = new Set<Listener>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  on(organization: string, type: JobEvent['type'] | '*', call: Call): () => void {
    if (type !== '*' && !jobEventTypes.includes(type)) throw invalidArgument('type', "must be a type of event, or '*'");
    if (typeof call !== 'function') throw invalidArgument('listener', 'must be a function');
    const listener = { organization, type, call };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  announce(commit: Commit): void {
    if (this.#listeners.size === 0) return;
    for (const event of publishedOf(commit))
      for (const { organization, type, call } of this.#listeners)
        if (organization === event.organization && (type === '*' || type === event.type)) this.#callSafely(call, event);
  }

  /** A listener's own error must not disturb the scheduler. */
  #callSafely(call: Call, event: PublishedEvent): void {
    try {
      call(event);
    } catch (error) {
      this.#onError(error);
    }
  }
}
