import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createScheduler, type PublishedEvent, type Scheduler, type Verification } from '../../../src/bootstrap/index.js';
import type { Witness } from './occurrences.js';

type Failure = { readonly name: string; readonly code?: string; readonly message: string };
type Outcome<T> = { readonly result?: T; readonly error?: Failure };
type Announced = Pick<PublishedEvent, 'id' | 'type' | 'jobName'>;
type Message = ({ readonly id: number } & Outcome<never>) | { readonly announced: Announced } | { readonly started: Outcome<null> };

type Method = { [K in keyof Scheduler]: Scheduler[K] extends (...given: never[]) => Promise<unknown> ? K : never }[keyof Scheduler];

/** A scheduler with a store of its own in a process of its own, and what is known of it from outside. */
export class Embedded {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'embedded-'));
  readonly #waiting = new Map<number, (outcome: Outcome<never>) => void>();
  readonly #announced: Announced[] = [];
  readonly #store: string;
  #child: ChildProcess | null = null;
  #asked = 0;

  /** `disk` is where its store is, if not beside everything else. */
  constructor(disk?: string) {
    this.#store = path.join(disk ?? this.#directory, 'store');
    writeFileSync(this.#witnessFile, '');
  }

  get #witnessFile(): string {
    return path.join(this.#directory, 'witness.ndjson');
  }

  /** A file that handlers may use for themselves. */
  get trace(): string {
    return path.join(this.#directory, 'trace');
  }

  /** Resolves when it runs, or with the reason why it cannot. */
  async launch(): Promise<Outcome<null>> {
    const settings = { directory: this.#store, witness: this.#witnessFile, gate: this.trace };
    const child = fork('test/fixtures/embeddedScheduler.mjs', [JSON.stringify(settings)]);
    this.#child = child;
    return new Promise((resolve) => {
      child.on('message', (message: Message) => {
        if ('started' in message) resolve(message.started);
        else if ('announced' in message) this.#announced.push(message.announced);
        else {
          this.#waiting.get(message.id)?.(message);
          this.#waiting.delete(message.id);
        }
      });
    });
  }

  /** What a method of the scheduler returned, or threw. */
  ask<M extends Method>(method: M, ...args: Parameters<Scheduler[M]>): Promise<Outcome<Awaited<ReturnType<Scheduler[M]>>>> {
    const id = ++this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child?.send({ id, method, args });
    });
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** Ids of the events that it has told of. */
  get announced(): readonly Announced[] {
    return this.#announced;
  }

  witnesses(): readonly Witness[] {
    return readFileSync(this.#witnessFile, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line): Witness => JSON.parse(line));
  }

  get traceBytes(): number {
    return existsSync(this.trace) ? readFileSync(this.trace).length : 0;
  }

  /** After its end: every event of the log, and whether the store is sound. */
  async examined(): Promise<{ readonly log: readonly PublishedEvent[]; readonly verified: Verification }> {
    const scheduler = createScheduler({ store: { directory: this.#store }, autoStart: false, logger: false });
    const log: PublishedEvent[] = [];
    for await (const event of scheduler.events()) log.push(event);
    const verified = await scheduler.verify();
    await scheduler.stop();
    return { log, verified };
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
