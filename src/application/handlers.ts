import { handlerKeyOf } from '../domain/job/index.js';
import { nameForm, namePattern } from '../domain/name.js';
import { check, fieldsOf, together } from './api/arguments.js';
import type { StreamKey } from './ports/eventStore.js';
import type { HandlerRef } from './ports/runner.js';
import { splitStream } from './streams.js';

export type HandlerOptions = {
  /** Attempts of this type that may run at once on this node. */
  readonly concurrency?: number;
};

/** What a function takes cannot be seen from outside. */
export const isHandler = (value: unknown): value is HandlerRef =>
  typeof value === 'function' || (typeof value === 'string' && value !== '');

type Registered = { readonly handler: HandlerRef; readonly options: HandlerOptions };

/** Handlers by the name of a job type, or for `custom` jobs by the name of the job. A Map that tells when it changes. */
export class JobHandlers extends Map<string, HandlerRef> {
  readonly #registered = new Map<string, Registered>();
  readonly #bound = new Map<StreamKey, Registered>();
  #onChange: () => void = () => undefined;

  /** Throws `INVALID_ARGUMENT` for what can be no handler: rather here than in every run. */
  override set(name: string, handler: HandlerRef, options?: HandlerOptions): this {
    const { concurrency } = fieldsOf('options', options);
    together(
      () => check(typeof name === 'string' && namePattern.test(name), 'name', nameForm),
      () => check(isHandler(handler), 'handler', 'must be a function, or the path of a module whose default export is one'),
      () =>
        check(
          concurrency === undefined || (Number.isInteger(concurrency) && concurrency >= 1),
          'concurrency',
          'must be a whole number of at least 1',
        ),
    );
    super.set(name, handler);
    this.#registered.set(name, { handler, options: concurrency === undefined ? {} : { concurrency } });
    this.#onChange();
    return this;
  }

  override delete(name: string): boolean {
    this.#registered.delete(name);
    const existed = super.delete(name);
    if (existed) this.#onChange();
    return existed;
  }

  override clear(): void {
    this.#registered.clear();
    super.clear();
    this.#onChange();
  }

  /** Binds a handler to one job of this process; it wins over those by name. Returns a function that puts back what was there before. */
  bind(stream: StreamKey, handler: HandlerRef): () => void {
    const before = this.#bound.get(stream);
    if (before?.handler === handler) return () => undefined;
    const bound: Registered = { handler, options: {} };
    this.#bound.set(stream, bound);
    this.#onChange();
    return () => {
      if (this.#bound.get(stream) !== bound) return;
      if (before) this.#bound.set(stream, before);
      else this.#bound.delete(stream);
    };
  }

  unbind(stream: StreamKey): void {
    this.#bound.delete(stream);
  }

  resolve(stream: StreamKey, jobType: string): Registered | null {
    const name = jobType === 'custom' ? splitStream(stream).jobName : jobType;
    return this.#bound.get(stream) ?? this.#registered.get(name) ?? null;
  }

  /** What this process can run: keys as in the wake-up index, and single streams. */
  capabilities(): { readonly handlerKeys: readonly string[]; readonly streams: readonly StreamKey[] } {
    const names = [...this.#registered.keys()];
    return {
      handlerKeys: [...names, ...names.map((name) => handlerKeyOf('custom', name))],
      streams: [...this.#bound.keys()],
    };
  }

  concurrencyOf(handlerKey: string): number | undefined {
    const name = handlerKey.startsWith('custom:') ? handlerKey.slice('custom:'.length) : handlerKey;
    return this.#registered.get(name)?.options.concurrency;
  }

  onChange(listener: () => void): void {
    this.#onChange = listener;
  }
}
