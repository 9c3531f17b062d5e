import type { Instant, Millis } from '../../domain/instant.js';
import { priorities } from '../../domain/job/index.js';
import { splitStream } from '../streams.js';
import type { WakeUp } from './wakeUps.js';

/** After waiting this much longer, work counts like work of the next higher priority: so low is never starved. */
export const ageingMs: Millis = 30_000;

/** Whether the limits leave room for a start. */
export type MayStart = (handlerKey: string, organization: string) => boolean;

type Group = { readonly organization: string; readonly handlerKey: string; readonly queues: readonly Fifo[] };

type Candidate = {
  readonly key: string;
  readonly group: Group;
  readonly queue: Fifo;
  readonly turn: number;
  readonly level: number;
  readonly priority: number;
};

const isBefore = (a: Candidate, b: Candidate): boolean =>
  a.level !== b.level ? a.level > b.level : a.turn !== b.turn ? a.turn < b.turn : a.priority > b.priority;

/** Work that is due and waits for a slot, grouped by organization and handler key: what may start, and whose turn it is, is asked of groups. */
export class ReadyQueue {
  readonly #groups = new Map<string, Group>();
  readonly #turns = new Map<string, number>();
  readonly #weightOf: (organization: string) => number;
  #turn = 0;
  #size = 0;
  #taken = 0;

  constructor(weightOf: (organization: string) => number) {
    this.#weightOf = weightOf;
  }

  get size(): number {
    return this.#size;
  }

  add(wakeUp: WakeUp): void {
    const { organization } = splitStream(wakeUp.stream);
    const key = `${organization}/${wakeUp.handlerKey}`;
    let group = this.#groups.get(key);
    if (!group) {
      group = { organization, handlerKey: wakeUp.handlerKey, queues: priorities.map(() => new Fifo()) };
      this.#groups.set(key, group);
    }
    group.queues[priorities.indexOf(wakeUp.priority)]?.push(wakeUp);
    this.#size++;
  }

  /**
   * Takes the work of the highest effective priority among groups that may start something; between organizations of equal
   * priority, the one that has had least of its share. Every eighth time the longest waiting work goes first, whatever its
   * priority, so that a flood of critical work leaves some for the others.
   */
  take(now: Instant, mayStart: MayStart): WakeUp | null {
    const byAge = this.#taken % 8 === 7;
    let best: Candidate | null = null;
    for (const [key, group] of this.#groups) {
      if (!mayStart(group.handlerKey, group.organization)) continue;
      const turn = Math.max(this.#turns.get(group.organization) ?? 0, this.#turn);
      for (const [priority, queue] of group.queues.entries()) {
        const head = queue.head();
        if (!head) continue;
        const waited = Math.max(0, now - head.workAt);
        const candidate = { key, group, queue, turn, level: byAge ? waited : effectivePriority(priority, waited), priority };
        if (!best || isBefore(candidate, best)) best = candidate;
      }
    }
    if (!best) return null;
    this.#taken++;
    // Start-time fair queueing: each start moves an organization on by the inverse of its weight; newcomers begin at the present turn.
    this.#turn = best.turn;
    this.#turns.set(best.group.organization, best.turn + 1 / this.#weightOf(best.group.organization));
    this.#size--;
    const taken = best.queue.shift();
    if (best.group.queues.every((q) => q.length === 0)) this.#drop(best.key, best.group);
    return taken;
  }

  /** Since when what came first to any of the queues has been due; null when there is nothing. */
  waitsSince(): Instant | null {
    let since: Instant | null = null;
    for (const { queues } of this.#groups.values())
      for (const queue of queues) {
        const head = queue.head();
        if (head && (since === null || head.workAt < since)) since = head.workAt;
      }
    return since;
  }

  all(): readonly WakeUp[] {
    return [...this.#groups.values()].flatMap(({ queues }) => queues.flatMap((queue) => queue.all()));
  }

  clear(): void {
    this.#groups.clear();
    this.#turns.clear();
    this.#size = 0;
  }

  /** An idle organization loses its turn: it does not save up. */
  #drop(key: string, { organization }: Group): void {
    this.#groups.delete(key);
    if (this.#groups.size === 0) {
      this.#turns.clear();
      this.#turn = 0;
    } else if ((this.#turns.get(organization) ?? 0) <= this.#turn) this.#turns.delete(organization);
  }
}

const highest = priorities.length - 1;

const effectivePriority = (priority: number, waited: Millis): number =>
  Math.min(highest, priority + Math.floor(Math.max(0, waited) / ageingMs));

/** A queue whose head is read by index, so that taking from a long one costs nothing. */
class Fifo {
  #items: (WakeUp | undefined)[] = [];
  #first = 0;

  get length(): number {
    return this.#items.length - this.#first;
  }

  head(): WakeUp | undefined {
    return this.#items[this.#first];
  }

  all(): readonly WakeUp[] {
    return this.#items.slice(this.#first).flatMap((item) => item ?? []);
  }

  push(wakeUp: WakeUp): void {
    this.#items.push(wakeUp);
  }

  shift(): WakeUp | null {
    const item = this.#items[this.#first];
    if (!item) return null;
    this.#items[this.#first++] = undefined;
    if (this.#first > 1_000 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return item;
  }
}
