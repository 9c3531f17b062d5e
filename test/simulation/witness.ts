import type { RunInfo } from '../../src/application/ports/runner.js';
import { streamOf } from '../../src/application/streams.js';
import type { LogCheck, Report } from './logCheck.js';

/** What handlers themselves see: the ground truth to which the log is held. */
export class Witness {
  readonly #begun = new Set<string>();
  readonly #runningOn = new Map<string, number>();
  /** When a node last ran as many handlers as it may. */
  readonly #lastFullAt = new Map<string, number>();

  constructor(
    private readonly log: LogCheck,
    private readonly concurrency: number,
    private readonly now: () => number,
    private readonly report: Report,
  ) {}

  get runs(): number {
    return this.#begun.size;
  }

  /** Returns what is to be called when the handler has ended, or is told to. */
  begins(info: RunInfo, node: string): () => void {
    this.#check(info, node);
    this.#count(node, 1);
    let isOver = false;
    return () => {
      if (!isOver) this.#count(node, -1);
      isOver = true;
    };
  }

  #count(node: string, change: 1 | -1): void {
    const before = this.#runningOn.get(node) ?? 0;
    const running = before + change;
    this.#runningOn.set(node, running);
    if (Math.max(before, running) >= this.concurrency) this.#lastFullAt.set(node, this.now());
    if (running > this.concurrency) this.report('I11', `${node} runs ${running} handlers, of ${this.concurrency} it may`);
  }

  /** Whether a node has had room for more since an instant: where none has, work may wait however long, and its promise is weaker. */
  hadRoomSince(at: number, node: string): boolean {
    return (this.#lastFullAt.get(node) ?? Number.NEGATIVE_INFINITY) < at && (this.#runningOn.get(node) ?? 0) < this.concurrency;
  }

  #check({ executionId, attempt, organization, jobName, fencingToken }: RunInfo, node: string): void {
    const key = `${executionId}#${attempt}`;
    if (this.#begun.has(key)) this.report('I4', `${key} runs twice, now on ${node}`);
    this.#begun.add(key);
    const started = this.log.started(executionId, attempt);
    if (!started) return this.report('I5', `${key} runs on ${node} without a claim in the log`);
    if (started.node !== node) this.report('I5', `${key} runs on ${node}, but ${started.node} has claimed it`);
    if (started.stream !== streamOf(organization, jobName))
      this.report('I22', `${key} of ${started.stream} runs as ${organization}/${jobName}`);
    if (started.token !== fencingToken) this.report('I9', `${key} runs with fencing token ${fencingToken}, not ${started.token}`);
  }
}
