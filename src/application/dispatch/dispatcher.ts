import { type Instant, instant, type Millis, plus } from '../../domain/instant.js';
import { handlerKeyOf, type JobEvent, nextStartAt, workAt } from '../../domain/job/index.js';
import type { Activity } from '../activity.js';
import type { CommandHandler, Handled } from '../commandHandler.js';
import type { Commits, Committed } from '../commits.js';
import type { Executor } from '../execution/executor.js';
import type { JobHandlers } from '../handlers.js';
import type { JobRows } from '../jobRows.js';
import type { Background, Clock, Stop } from '../ports/clock.js';
import type { Commit, StreamKey } from '../ports/eventStore.js';
import type { Ids } from '../ports/ids.js';
import type { Logger } from '../ports/logger.js';
import type { Membership } from '../ports/membership.js';
import type { JobRow, ReadModels, WorkItem } from '../ports/readModels.js';
import type { Projector } from '../projector.js';
import { splitStream } from '../streams.js';
import { ClockWatch } from './clockWatch.js';
import { DueWork } from './dueWork.js';
import { type Limits, Slots } from './limits.js';
import { LookAhead } from './lookAhead.js';
import { Preference } from './preference.js';
import { type WakeUp, WakeUps } from './wakeUps.js';

const forever = instant(Number.POSITIVE_INFINITY);
const retryAfterMs = 1_000;
/** In a cluster what this node was not told of is looked for so often. */
const safetyReloadMs = 30_000;
/** A claim that is under way at a stop has so long to be answered. */
const lastClaimsMs = 1_000;
/** A job that refused, such as one whose calculator is missing here, is asked again after this. */
const refusedAfterMs = 10_000;

type Dependencies = {
  readonly commands: CommandHandler;
  readonly commits: Commits;
  readonly rows: JobRows;
  readonly executor: Executor;
  readonly handlers: JobHandlers;
  readonly readModels: ReadModels;
  readonly projector: Projector;
  readonly membership: Membership;
  readonly clock: Clock;
  readonly background: Background;
  readonly ids: Ids;
  readonly activity: Activity;
  readonly limits: Limits;
  readonly log: Logger;
};

/**
 * Decides what to start now. Knows the wake-ups of a short stretch ahead, learns changes from every commit of this process, and
 * claims due work, the most urgent first, as far as the limits allow.
 */
export class Dispatcher {
  readonly #wakeUps = new WakeUps();
  readonly #ready: DueWork;
  readonly #slots: Slots;
  readonly #lookAhead: LookAhead;
  readonly #clockWatch: ClockWatch;
  readonly #preference: Preference;
  readonly #claiming = new Set<StreamKey>();
  #whenNothingIsClaimed: (() => void)[] = [];
  #onHandOver: () => void = () => undefined;
  #safety: Stop = () => undefined;
  #watchedSince: Instant = instant(0);
  #running = false;
  #fenced = false;
  #pumpAsked = false;
  /** What was committed since the index is being read; null while it is not. */
  #changedMeanwhile: Map<StreamKey, WakeUp | null> | null = null;
  #reloadAgain = false;
  #timer: Stop | null = null;
  /** What the timer was set for. */
  #armedFor = forever;

  constructor(private readonly dependencies: Dependencies) {
    const { limits, clock, commits, executor, handlers, readModels, membership } = dependencies;
    const weights = new Map(Object.entries(limits.weights));
    this.#ready = new DueWork((organization) => weights.get(organization) ?? 1);
    this.#slots = new Slots(limits);
    this.#lookAhead = new LookAhead(readModels, handlers);
    this.#clockWatch = new ClockWatch(clock);
    this.#preference = new Preference(membership);
    commits.on((committed) => this.#onCommitted(committed));
    membership.onFenced((fenced) => this.#onFenced(fenced));
    handlers.onChange(() => void this.reload());
    executor.onUnstuck(() => this.#pumpSoon());
  }

  /** Calls back when work is left to another node: whether that has claimed it should be known before it is this node's turn. */
  onHandOver(listener: () => void): void {
    this.#onHandOver = listener;
  }

  /** Since when this node looks after what is due; null while it does not. What has no handler here is looked after too: it waits. */
  get watchedSince(): Instant | null {
    return this.#running ? this.#watchedSince : null;
  }

  get slots(): { readonly used: number; readonly ready: number } {
    return { used: this.#slots.used, ready: this.#ready.size };
  }

  /** Due work counts as watched from now on; what was due long before is missed. */
  async start(): Promise<void> {
    this.#watchedSince = this.dependencies.clock.now();
    this.#running = true;
    this.#announce();
    await this.reload();
    if (!this.dependencies.membership.exclusive) this.#armSafety();
  }

  /** Claims nothing any more, and is preferred for nothing. What is being claimed still starts; resolves when it has, or is given up. */
  async stop(waitMs: Millis): Promise<void> {
    if (this.#running) this.dependencies.membership.announce([]);
    this.#running = false;
    this.#timer?.();
    this.#safety();
    this.#wakeUps.clear();
    this.#ready.clear();
    if (this.#claiming.size === 0) return;
    await new Promise<void>((resolve) => {
      const stop = this.dependencies.background.after(Math.max(waitMs, lastClaimsMs), resolve, 'keepAlive');
      this.#whenNothingIsClaimed.push(() => {
        stop();
        resolve();
      });
    });
  }

  #armSafety(): void {
    this.#safety = this.dependencies.background.after(safetyReloadMs, () => {
      void this.reload();
      this.#armSafety();
    });
  }

  /** Reads the wake-ups anew: other handlers, another clock, more of the index, or another node's changes. */
  async reload(): Promise<void> {
    if (!this.#running) return;
    this.#announce();
    if (this.#changedMeanwhile) {
      this.#reloadAgain = true;
      return;
    }
    const { activity, log, background, projector } = this.dependencies;
    const changed = new Map<StreamKey, WakeUp | null>();
    this.#changedMeanwhile = changed;
    try {
      const items = await activity.during(projector.saved().then(() => this.#lookAhead.load()));
      this.#changedMeanwhile = null;
      this.#replaceAll(items, changed);
    } catch (error) {
      this.#changedMeanwhile = null;
      log.warn({ error }, 'wake-ups could not be read; trying again');
      background.after(retryAfterMs, () => void this.reload());
    }
    if (this.#reloadAgain) {
      this.#reloadAgain = false;
      await this.reload();
    }
  }

  /** Others prefer for a job the nodes that can run it. */
  #announce(): void {
    this.dependencies.membership.announce(this.dependencies.handlers.capabilities().handlerKeys);
  }

  /** Nothing is claimed while others may think this node dead; afterwards every wake-up is read anew. */
  #onFenced(fenced: boolean): void {
    this.#fenced = fenced;
    if (!fenced) void this.reload();
  }

  #replaceAll(items: readonly WorkItem[], changed: ReadonlyMap<StreamKey, WakeUp | null>): void {
    if (!this.#running) return;
    // The index lags behind what other nodes have written: what was known stays, and a job that is woken in vain decides nothing.
    const known = this.dependencies.membership.exclusive ? [] : [...this.#wakeUps.all(), ...this.#ready.all()];
    this.#wakeUps.clear();
    this.#ready.clear();
    for (const item of items)
      if (!changed.has(item.stream) && !this.#claiming.has(item.stream)) this.#wakeUps.put({ active: false, ...item });
    for (const wakeUp of known)
      if (!changed.has(wakeUp.stream) && !this.#claiming.has(wakeUp.stream) && this.#isEarlier(wakeUp)) this.#watch(wakeUp);
    // What was committed while the index was read is newer than what was read.
    for (const wakeUp of changed.values()) if (wakeUp && !this.#claiming.has(wakeUp.stream)) this.#watch(wakeUp);
    this.#pump();
  }

  #isEarlier({ stream, workAt }: WakeUp): boolean {
    const other = this.#wakeUps.of(stream);
    return other === undefined || workAt < other.workAt;
  }

  #onCommitted({ commit, row, origin }: Committed): void {
    if (origin === 'elsewhere') this.#adoptClaims(commit);
    if (!this.#running) return;
    const wakeUp = wakeUpOf(row);
    this.#changedMeanwhile?.set(row.stream, wakeUp);
    if (!wakeUp || this.#claiming.has(row.stream)) this.#wakeUps.remove(row.stream);
    else this.#watch(wakeUp);
  }

  /** The log holds claims of ours whose answer never reached us: they start now, unless the log has more to say of them. */
  #adoptClaims({ stream, events }: Commit): void {
    const { executor, membership } = this.dependencies;
    for (const event of events)
      if (event.type === 'ExecutionStarted' && event.node === membership.self && !executor.has(event.executionId))
        void this.#adopt(stream, event.executionId, event.attempt);
  }

  async #adopt(stream: StreamKey, executionId: string, attempt: number): Promise<void> {
    const { rows, executor, background, log } = this.dependencies;
    try {
      const { state: job } = await rows.current(stream);
      if (job.kind !== 'job' || executor.has(executionId)) return;
      const execution = job.executions.find((e) => e.executionId === executionId);
      if (execution?.phase !== 'running' || execution.attempt !== attempt) return;
      const { organization, jobName } = splitStream(stream);
      const handlerKey = handlerKeyOf(job.definition.jobType, jobName);
      const claim = { stream, executionId, job };
      // It was within the limits when it was claimed; others may have taken the room since.
      if (!this.#hasRoom(handlerKey, organization)) return executor.decline(claim);
      this.#slots.take(handlerKey, organization);
      executor.start(claim, () => this.#giveBack(handlerKey, organization));
    } catch (error) {
      log.warn({ error, stream }, 'a claim found in the log could not be started; trying again');
      background.after(retryAfterMs, () => this.#running && void this.#adopt(stream, executionId, attempt));
    }
  }

  #giveBack(handlerKey: string, organization: string): void {
    this.#slots.release(handlerKey, organization);
    this.#pumpSoon();
  }

  #watch(wakeUp: WakeUp): void {
    if (!this.#hasHandler(wakeUp)) return;
    if (!this.#lookAhead.covers(wakeUp)) return this.#wakeUps.remove(wakeUp.stream);
    this.#wakeUps.put(wakeUp);
    this.#pumpSoon();
  }

  #hasHandler({ stream, handlerKey }: WakeUp): boolean {
    return this.dependencies.handlers.resolve(stream, handlerKey.startsWith('custom:') ? 'custom' : handlerKey) !== null;
  }

  /** Once per turn, however many changes there were. */
  #pumpSoon(): void {
    if (this.#pumpAsked) return;
    this.#pumpAsked = true;
    queueMicrotask(() => {
      this.#pumpAsked = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (!this.#running || this.#fenced) return;
    const { clock } = this.dependencies;
    const jumpMs = this.#clockWatch.jump();
    if (jumpMs !== 0) return this.#onClockJump(jumpMs);
    const now = clock.now();
    for (let due = this.#wakeUps.takeDue(now); due; due = this.#wakeUps.takeDue(now)) {
      const handOverAt = plus(due.workAt, this.#preference.graceFor(due));
      if (handOverAt > now) this.#handOver(due, handOverAt);
      // An occurrence that meets an active execution needs a decision, not a slot.
      else if (due.active) this.#wake(due, 0);
      else this.#ready.add(due);
    }
    while (this.#mayClaim()) {
      const next = this.#ready.take(now, (key, organization) => this.#allows(key, organization));
      if (!next) break;
      if (!this.#claiming.has(next.stream)) this.#wake(next, 1);
    }
    if (this.#lookAhead.wantsMore(this.#wakeUps.size + this.#ready.size)) void this.reload();
    this.#arm(now);
  }

  /** Another node has the first right to this; it is looked at again when that has passed. */
  #handOver(due: WakeUp, at: Instant): void {
    this.#onHandOver();
    const { clock } = this.dependencies;
    clock.at(instant(Math.min(at, clock.now() + clock.longestSleepMs)), () => {
      if (!this.#running) return;
      const row = this.dependencies.rows.known(due.stream);
      const present = row ? wakeUpOf(row) : due;
      if (present && present.workAt <= due.workAt && !this.#claiming.has(due.stream)) this.#ready.addSpare(present);
      this.#pumpSoon();
    });
  }

  #arm(now: Instant): void {
    const { clock } = this.dependencies;
    const wakeAt = this.#wakeUps.earliest() ?? forever;
    if (this.#timer && this.#armedFor === wakeAt) return;
    this.#timer?.();
    this.#timer = null;
    this.#armedFor = wakeAt;
    const lookAt = instant(Math.min(wakeAt, now + clock.longestSleepMs));
    if (!Number.isFinite(lookAt)) return;
    this.#timer = clock.at(lookAt, () => {
      this.#timer = null;
      this.#pump();
    });
  }

  /** The wall clock was set, or the machine slept: what fell into the gap is missed, and every wake-up is read anew. */
  #onClockJump(jumpMs: Millis): void {
    this.dependencies.log.warn({ jumpMs }, 'the wall clock jumped');
    // Set back, the clock tells the same moment by another number.
    this.#watchedSince = jumpMs > 0 ? this.dependencies.clock.now() : plus(this.#watchedSince, jumpMs);
    void this.reload();
  }

  #allows(handlerKey: string, organization: string): boolean {
    return this.#slots.allows(handlerKey, organization, this.dependencies.handlers.concurrencyOf(handlerKey));
  }

  #hasRoom(handlerKey: string, organization: string): boolean {
    return this.#slots.free > 0 && this.#allows(handlerKey, organization);
  }

  /** A node whose handlers have all stopped listening claims nothing more. */
  #mayClaim(): boolean {
    return this.#slots.free > 0 && this.dependencies.executor.stuck < this.dependencies.limits.concurrency;
  }

  /** Lets the job decide what is due; with a slot, the append of its start is the claim. */
  #wake(wakeUp: WakeUp, slots: 0 | 1): void {
    // Taken away since: the next reload leaves it out, and whoever sets a handler again reads it anew.
    if (!this.#hasHandler(wakeUp)) return;
    const { stream, handlerKey } = wakeUp;
    this.#claiming.add(stream);
    if (slots) this.#slots.take(handlerKey, splitStream(stream).organization);
    const { clock } = this.dependencies;
    const startedAtMs = clock.monotonic();
    this.#decide(wakeUp, slots).then(
      (handled) => {
        this.#preference.learn(clock.monotonic() - startedAtMs);
        this.#onDecided(wakeUp, slots, handled);
      },
      (error) => {
        this.dependencies.log.warn({ error, stream }, 'due work could not be claimed; trying again');
        this.#release(wakeUp, slots);
        this.#onClaimed(wakeUp);
        this.#watchOn(wakeUp, retryAfterMs);
      },
    );
  }

  #onDecided(wakeUp: WakeUp, slots: 0 | 1, handled: Handled): void {
    const { stream } = wakeUp;
    const executionId = handled.ok ? startOf(handled.events) : null;
    if (handled.ok && executionId !== null && handled.row.state.kind === 'job')
      this.dependencies.executor.start({ stream, executionId, job: handled.row.state }, () => this.#release(wakeUp, slots));
    else this.#release(wakeUp, slots);
    this.#onClaimed(wakeUp);
    if (!handled.ok) return this.#watchOn(wakeUp, handled.rejection.code === 'CONTENDED' ? retryAfterMs : refusedAfterMs);
    const inVain = handled.events.length === 0;
    if (inVain && slots === 0) this.#ready.add({ ...wakeUp, active: false });
    else this.#watchOn(wakeUp, inVain ? retryAfterMs : 0, handled.row);
  }

  #onClaimed({ stream }: WakeUp): void {
    this.#claiming.delete(stream);
    if (this.#claiming.size === 0) for (const resolve of this.#whenNothingIsClaimed.splice(0)) resolve();
  }

  #release({ stream, handlerKey }: WakeUp, slots: 0 | 1): void {
    if (slots) this.#giveBack(handlerKey, splitStream(stream).organization);
    else this.#pumpSoon();
  }

  /** What the job wants next, or the same again where that is not known. */
  #watchOn(wakeUp: WakeUp, afterMs: Millis, decided?: JobRow): void {
    // What wants nothing more is not kept in memory: then the decision's own row says so.
    const row = this.dependencies.rows.known(wakeUp.stream) ?? decided;
    const next = row ? wakeUpOf(row) : afterMs > 0 ? wakeUp : null;
    if (next) this.#watchAgain(next, afterMs);
  }

  /** A wake-up that led to nothing although it was due is tried again after a while, never in a tight loop. */
  #watchAgain(wakeUp: WakeUp, afterMs: Millis): void {
    const { background, clock } = this.dependencies;
    if (!this.#running) return;
    if (afterMs === 0 || wakeUp.workAt > clock.now()) return this.#watch(wakeUp);
    background.after(afterMs, () => {
      if (!this.#running || this.#claiming.has(wakeUp.stream)) return;
      const row = this.dependencies.rows.known(wakeUp.stream);
      const present = row ? wakeUpOf(row) : wakeUp;
      if (present) this.#watch(present);
    });
  }

  #decide(wakeUp: WakeUp, slots: 0 | 1): Promise<Handled> {
    const { commands, clock, membership, ids } = this.dependencies;
    return commands.handle(wakeUp.stream, {
      type: 'Wake',
      now: clock.now(),
      node: membership.self,
      watchedSince: this.#watchedSince,
      slots,
      newExecutionId: () => ids.next(),
    });
  }
}

const startOf = (events: readonly JobEvent[]): string | null => events.find((e) => e.type === 'ExecutionStarted')?.executionId ?? null;

const wakeUpOf = ({ stream, state }: JobRow): WakeUp | null => {
  if (state.kind === 'absent') return null;
  const at = workAt(state);
  if (at === null) return null;
  const { jobType, priority, overlap } = state.definition;
  const isOpen = state.paused === null && state.ended === null;
  const decides = isOpen && state.executions.length > 0 && overlap !== 'allow' && nextStartAt(state) === at;
  return { stream, handlerKey: handlerKeyOf(jobType, splitStream(stream).jobName), priority, workAt: at, active: decides };
};
