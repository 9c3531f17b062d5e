import { type Instant, instant, type Millis } from '../../domain/instant.js';
import type { RunningExecution } from '../../domain/job/state.js';
import type { CommandHandler } from '../commandHandler.js';
import type { Commits } from '../commits.js';
import type { Executor } from '../execution/executor.js';
import type { JobHandlers } from '../handlers.js';
import type { JobRows } from '../jobRows.js';
import type { Background, Clock, Stop } from '../ports/clock.js';
import type { StreamKey } from '../ports/eventStore.js';
import type { Ids } from '../ports/ids.js';
import type { Logger } from '../ports/logger.js';
import type { Membership } from '../ports/membership.js';
import type { JobRow, ReadModels } from '../ports/readModels.js';
import type { Projector } from '../projector.js';

const everyMs = 5_000;
/** Whether a node has died is looked at so often; then its attempts do not wait for the next sweep. */
const lookMs = 500;
/** What it claimed last comes into the read models a moment after its death: so many looks in a row are sweeps. */
const looksAfterDeath = 10;
/** A living node ends its own attempts at their time-out; so long after it, anybody may. */
const overdueMs = 15_000;
/** So long a node with the handler has the first right to a due occurrence. */
const claimGraceMs = 5_000;
const page = 500;

type Dependencies = {
  readonly commands: CommandHandler;
  readonly commits: Commits;
  readonly rows: JobRows;
  readonly executor: Executor;
  readonly readModels: ReadModels;
  readonly projector: Projector;
  readonly handlers: JobHandlers;
  readonly membership: Membership;
  readonly clock: Clock;
  readonly background: Background;
  readonly ids: Ids;
  readonly log: Logger;
  /** As the dispatcher knows it; null while it does not run. */
  readonly watchedSince: () => Instant | null;
};

/** Looks after what nobody else does: attempts of dead nodes, and due occurrences for which no node has a handler. */
export class Sweeper {
  #timer: Stop | null = null;
  #sweeping: Promise<void> = Promise.resolve();
  /** Since when, on our own clock, an attempt has been seen to run: wall clocks of nodes may lie an hour apart. */
  #seenSince = new Map<string, Millis>();
  /** Jobs of which an attempt runs, as far as this node has heard: what is saved may not tell of the last claims of a node that died. */
  readonly #heardRunning = new Set<StreamKey>();
  #live: readonly string[] = [];
  #looks = 0;
  #looksLeft = 0;

  constructor(private readonly dependencies: Dependencies) {
    const { commits, membership } = dependencies;
    if (!membership.exclusive) commits.on(({ row }) => this.#hear(row));
  }

  #hear({ stream, state }: JobRow): void {
    const runs = state.kind === 'job' && state.executions.some(({ phase }) => phase === 'running');
    if (runs) this.#heardRunning.add(stream);
    else this.#heardRunning.delete(stream);
  }

  start(): void {
    const { membership, background, log } = this.dependencies;
    if (!this.#timer) this.#live = membership.nodes().map(({ node }) => node);
    this.#timer = background.after(membership.exclusive ? everyMs : lookMs, () => {
      const swept = this.#isTime() ? this.#sweep() : Promise.resolve();
      this.#sweeping = swept
        .catch((error) => log.warn({ error }, 'a sweep failed; the next one follows'))
        .then(() => {
          if (this.#timer) this.start();
        });
    });
  }

  #isTime(): boolean {
    const { membership } = this.dependencies;
    const before = this.#live;
    this.#live = membership.nodes().map(({ node }) => node);
    this.#looks = (this.#looks + 1) % (everyMs / lookMs);
    if (before.some((node) => !membership.isAlive(node))) this.#looksLeft = looksAfterDeath;
    return membership.exclusive || this.#looks === 0 || this.#looksLeft-- > 0;
  }

  /** Resolves when a sweep that is under way is over: it writes nothing more. */
  async stop(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    await this.#sweeping;
  }

  async #sweep(): Promise<void> {
    if (!this.dependencies.membership.exclusive) await this.failLost();
    await this.queueUnclaimed();
  }

  /** Fails the attempts of nodes that no longer live, so that they are tried again. Returns how many. */
  async failLost(): Promise<number> {
    const { readModels, projector } = this.dependencies;
    const seenBefore = this.#seenSince;
    this.#seenSince = new Map();
    let lost = await this.#failLostOf([...this.#heardRunning], seenBefore);
    await projector.saved();
    for (let after: StreamKey | undefined; ; ) {
      const streams = await readModels.running(page, after);
      lost += await this.#failLostOf(streams, seenBefore);
      if (streams.length < page) return lost;
      after = streams.at(-1);
    }
  }

  async #failLostOf(streams: readonly StreamKey[], seenBefore: ReadonlyMap<string, Millis>): Promise<number> {
    const { rows } = this.dependencies;
    let lost = 0;
    for (const row of await Promise.all(streams.map((stream) => rows.known(stream) ?? rows.load(stream))))
      if (row.state.kind === 'job')
        for (const e of row.state.executions)
          if (e.phase === 'running' && this.#isLost(e, seenBefore)) lost += (await this.#fail(row.stream, e)) ? 1 : 0;
    return lost;
  }

  /** An attempt of this very process that it does not know of was claimed without its knowledge, and could not be started afterwards. */
  #isLost({ executionId, attempt, node, startedAt, timeoutAt }: RunningExecution, seenBefore: ReadonlyMap<string, Millis>): boolean {
    const { membership, clock, executor } = this.dependencies;
    if (!membership.isAlive(node)) return true;
    const key = `${executionId}#${attempt}`;
    const since = seenBefore.get(key) ?? clock.monotonic();
    this.#seenSince.set(key, since);
    const runsHere = node === membership.self && executor.has(executionId);
    return !runsHere && clock.monotonic() - since > timeoutAt - startedAt + overdueMs;
  }

  async #fail(stream: StreamKey, { executionId, attempt, node, startedAt }: RunningExecution): Promise<boolean> {
    const { clock, commands } = this.dependencies;
    const now = clock.now();
    const error = { name: 'NodeLost', message: `node ${node} died while it ran the attempt`, code: 'NODE_LOST' };
    const ended = { executionId, attempt, durationMs: Math.max(0, now - startedAt), error };
    const handled = await commands.handle(stream, { type: 'FailAttempt', now, ...ended, cause: 'lost', retryable: true });
    return handled.ok;
  }

  /** Records due occurrences as queued that wait for a handler: they are not missed, and have their fate. */
  async queueUnclaimed(): Promise<void> {
    const { readModels, handlers, clock, commands, membership, ids } = this.dependencies;
    const watchedSince = this.dependencies.watchedSince() ?? clock.now();
    // The index may be a moment behind: a job that is woken in vain decides nothing.
    const dueBefore = instant(clock.now() - claimGraceMs);
    const handlerKeys = [...handlers.capabilities().handlerKeys, ...membership.nodes().flatMap((node) => node.handlerKeys)];
    const items = await readModels.unclaimed({ handledKeys: handlerKeys, dueBefore, limit: page });
    const unhandled = items.filter(
      ({ stream, handlerKey }) => !handlers.resolve(stream, handlerKey.startsWith('custom:') ? 'custom' : handlerKey),
    );
    const wake = { type: 'Wake' as const, node: membership.self, slots: 0, queueOnly: true as const, newExecutionId: () => ids.next() };
    await Promise.all(unhandled.map(({ stream }) => commands.handle(stream, { ...wake, now: clock.now(), watchedSince })));
  }
}
