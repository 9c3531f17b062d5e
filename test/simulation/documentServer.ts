import { MongoNetworkError, MongoServerError } from 'mongodb';
import type { Kernel } from './kernel.js';
import type { Random } from './random.js';

export type Doc = { readonly [field: string]: unknown };
type Filter = { readonly [field: string]: unknown };
type Op = { readonly insert: Doc } | { readonly update: string; readonly set: Doc };
type Waiter = { readonly at: number; readonly ok: () => void; readonly lost: () => void };

/** One member of a replica set while it is primary, or still thinks so. */
type Member = { readonly term: number; readonly ops: Op[]; majority: number; waiters: Waiter[]; isAlive: boolean };

export type ServerOptions = {
  /** A server on its own: what is not in its journal is lost when it is restarted, and nobody but it can be asked. */
  readonly standalone: boolean;
  /** Whether errors say which index it was, as mongod does. */
  readonly namesIndex: boolean;
  /** Probability that a call does not get a clear answer. */
  readonly ambiguity: number;
  readonly failover: number;
  readonly rounds: number;
};

const duplicateKey = 11_000;
const uniques: readonly (readonly string[])[] = [['_id'], ['p', 'n'], ['s', 'v']];

/**
 * MongoDB as far as the log uses it: unique indexes, ordered inserts document by document, write and read concerns; and what it does
 * in bad times: fail-over with rollback, a primary that does not know that it is none, requests that land late, replies that get lost.
 */
export class DocumentServer {
  /** The primary. */
  #primary: Member = { term: 1, ops: [], majority: 0, waiters: [], isAlive: true };
  #stale: Member | null = null;
  isCalm = false;
  readonly figures = { failovers: 0, rolledBack: 0, duplicates: 0, unanswered: 0 };

  constructor(
    private readonly kernel: Kernel,
    private readonly random: Random,
    readonly options: ServerOptions,
  ) {}

  get primary(): Member {
    return this.#primary;
  }

  /** What is there, in the order of its writing, as far as a majority has it or as the server itself sees it. */
  documents(member: Member = this.#primary, upTo = member.ops.length): readonly Doc[] {
    const byId = new Map<unknown, Doc>();
    for (const op of member.ops.slice(0, upTo)) {
      if ('insert' in op) byId.set(op.insert._id, op.insert);
      else byId.set(op.update, { ...byId.get(op.update), ...op.set });
    }
    return [...byId.values()];
  }

  /** A round of the replication, and perhaps a fail-over. */
  tick(): void {
    const { random, options } = this;
    if (!this.isCalm && random.chance(options.failover) && this.figures.failovers < options.rounds) this.#failOver();
    this.#replicate(this.#primary, this.isCalm || random.chance(0.3) ? this.#primary.ops.length : undefined);
    if (this.#stale && (this.isCalm || random.chance(0.2))) {
      this.#die(this.#stale);
      this.#stale = null;
    }
  }

  #replicate(member: Member, upTo?: number): void {
    const { majority, ops } = member;
    member.majority = upTo ?? this.random.between(majority, ops.length);
    const waiting = member.waiters;
    member.waiters = [];
    for (const waiter of waiting) {
      if (waiter.at <= member.majority) waiter.ok();
      else member.waiters.push(waiter);
    }
  }

  /** Another member takes over with what had reached it; the old primary may not know for a while. Alone, the server is started anew. */
  #failOver(): void {
    const old = this.#primary;
    const kept = this.random.between(old.majority, old.ops.length);
    this.figures.failovers++;
    this.figures.rolledBack += old.ops.length - kept;
    if (this.#stale) this.#die(this.#stale);
    this.#primary = { term: old.term + 1, ops: old.ops.slice(0, kept), majority: old.majority, waiters: [], isAlive: true };
    for (const waiter of old.waiters.splice(0)) waiter.lost();
    if (this.options.standalone) old.isAlive = false;
    else this.#stale = old;
  }

  #die(member: Member): void {
    member.isAlive = false;
    for (const waiter of member.waiters.splice(0)) waiter.lost();
  }

  /** Inserts in order, other requests in between, and answers when a majority has it. */
  insert(member: Member, documents: readonly Doc[], isDurable: boolean, ok: (reply: Doc) => void, lost: () => void): void {
    let n = 0;
    const acknowledge = (reply: Doc): void => (isDurable ? this.#acknowledge(member, n, () => ok(reply), lost) : ok(reply));
    const step = (): void => {
      if (!member.isAlive) return lost();
      const document = documents[n];
      if (!document) return acknowledge({ ok: 1, n });
      const index = this.#violated(member, document);
      if (index) {
        this.figures.duplicates++;
        const keyPattern = this.options.namesIndex && { keyPattern: Object.fromEntries(index.map((field) => [field, 1])) };
        const writeErrors = [{ index: n, code: duplicateKey, errmsg: 'E11000 duplicate key', ...keyPattern }];
        return acknowledge({ ok: 1, n, writeErrors });
      }
      member.ops.push({ insert: document });
      n++;
      this.kernel.post(this.random.between(0, 1), 'server writes', step);
    };
    step();
  }

  update(member: Member, filter: Filter, set: Doc, ok: () => void, lost: () => void): void {
    if (!member.isAlive) return lost();
    const found = this.documents(member).filter((document) => matches(document, filter));
    for (const { _id } of found) member.ops.push({ update: String(_id), set });
    this.#acknowledge(member, found.length, ok, lost);
  }

  #acknowledge(member: Member, written: number, ok: () => void, lost: () => void): void {
    if (written === 0) return ok();
    // A primary that is none any more reaches no majority.
    if (member !== this.#primary) return lost();
    member.waiters.push({ at: member.ops.length, ok, lost });
  }

  #violated(member: Member, document: Doc): readonly string[] | undefined {
    const there = this.documents(member);
    return uniques.find((fields) => there.some((other) => fields.every((field) => other[field] === document[field])));
  }

  get incarnation(): string {
    return String(this.#primary.term);
  }
}

type FindOptions = {
  readonly sort?: { readonly [field: string]: number };
  readonly limit?: number;
  readonly readConcern?: { readonly level: string };
};

/** A process's connection: it follows the primary, sometimes a little late. */
export class Client {
  isAlive = true;
  #member: Member;

  constructor(
    private readonly server: DocumentServer,
    private readonly kernel: Kernel,
    private readonly random: Random,
  ) {
    this.#member = server.primary;
  }

  /** What the log is made with, in place of the driver's. */
  connection() {
    const db = {
      command: ({ documents, writeConcern }: { readonly documents: readonly Doc[]; readonly writeConcern: { readonly w: unknown } }) =>
        this.#request<Doc>((member, ok, lost) => this.server.insert(member, documents.map(plain), writeConcern.w === 'majority', ok, lost)),
      collection: () => ({ updateOne: () => this.#request<null>((member, ok, lost) => this.#journaled(member, ok, lost)) }),
    };
    const hasMajority = !this.server.options.standalone;
    const incarnation = (): Promise<string> => this.#request<string>((_, ok) => ok(this.server.incarnation));
    return { db, hasMajority, incarnation };
  }

  commits() {
    const find = (filter: Filter, options: FindOptions = {}) => {
      let { sort, limit } = options;
      const cursor = {
        sort: (given: FindOptions['sort']) => {
          sort = given ?? sort;
          return cursor;
        },
        limit: (given: number) => {
          limit = given;
          return cursor;
        },
        toArray: () =>
          this.#request<readonly Doc[]>((member, ok) => {
            const level = options.readConcern?.level ?? 'majority';
            const isLocal = level === 'local' || this.server.options.standalone;
            const there = this.server.documents(member, isLocal ? member.ops.length : member.majority);
            const found = there.filter((document) => matches(document, filter));
            ok((sort ? sorted(found, sort) : found).slice(0, limit));
          }),
      };
      return cursor;
    };
    return {
      find,
      findOne: async (filter: Filter, options?: FindOptions) => (await find(filter, { ...options, limit: 1 }).toArray())[0] ?? null,
      updateMany: (filter: Filter, { $set }: { readonly $set: Doc }) =>
        this.#request<null>((member, ok, lost) => this.server.update(member, filter, $set, () => ok(null), lost)),
    };
  }

  /** A small durable write, in a server on its own: what was written before it is durable too. */
  #journaled(member: Member, ok: (nothing: null) => void, lost: () => void): void {
    member.ops.push({ update: 'barrier', set: { _id: 'barrier' } });
    member.waiters.push({ at: member.ops.length, ok: () => ok(null), lost });
  }

  #request<T>(work: (member: Member, ok: (value: T) => void, lost: () => void) => void): Promise<T> {
    const { kernel, random, server } = this;
    const member = this.#member;
    const isUnclear = !server.isCalm && random.chance(server.options.ambiguity);
    return new Promise((resolve, reject) => {
      let isOver = false;
      const settle = (act: () => void): void => {
        if (isOver || !this.isAlive) return;
        isOver = true;
        act();
      };
      const fail = (): void => {
        server.figures.unanswered++;
        this.#refresh();
        settle(() => reject(networkError()));
      };
      const reply = (value: T): void =>
        void kernel.post(this.#latency(), 'reply', () => (isUnclear && random.chance(0.5) ? fail() : settle(() => resolve(value))));
      const lost = (): void => void kernel.post(1, 'lost', () => (random.chance(0.5) ? fail() : settle(() => reject(notPrimary()))));
      kernel.post(isUnclear ? this.#latency() * random.between(1, 40) : this.#latency(), 'request', () => {
        if (!member.isAlive) return fail();
        work(member, reply, lost);
      });
      // The driver gives up; the request may land later all the same.
      if (isUnclear && random.chance(0.6)) kernel.post(random.between(5, 60), 'given up', fail);
    });
  }

  #refresh(): void {
    if (this.server.isCalm || this.random.chance(0.7) || !this.#member.isAlive) this.#member = this.server.primary;
  }

  #latency(): number {
    return 1 + this.random.wait(2);
  }
}

const networkError = (): Error => new MongoNetworkError('connection closed');
const notPrimary = (): Error => new MongoServerError({ message: 'not primary', code: 10_107 });

/** As the server keeps it: the driver's 64-bit integers are numbers. */
const plain = (document: Doc): Doc =>
  Object.fromEntries(Object.entries(document).map(([field, value]) => [field, isLong(value) ? value.toNumber() : value]));

const isLong = (value: unknown): value is { toNumber(): number } =>
  typeof value === 'object' && value !== null && 'toNumber' in value && typeof value.toNumber === 'function';

const operators: { readonly [name: string]: (value: unknown, given: unknown) => boolean } = {
  $eq: (value, given) => value === given,
  $gt: (value, given) => (value as number) > (given as number),
  $gte: (value, given) => (value as number) >= (given as number),
  $lt: (value, given) => (value as number) < (given as number),
  $lte: (value, given) => (value as number) <= (given as number),
  $in: (value, given) => (given as unknown[]).includes(value),
  $exists: (value, given) => (value !== undefined) === given,
};

const matches = (document: Doc, filter: Filter): boolean =>
  Object.entries(filter).every(([field, condition]) => {
    if (field === '$or') return (condition as Filter[]).some((one) => matches(document, one));
    const value = document[field];
    if (typeof condition !== 'object' || condition === null) return value === condition;
    return Object.entries(condition).every(([name, given]) => {
      const operator = operators[name];
      if (!operator) throw new Error(`the simulated server does not know ${name}`);
      return value !== undefined || name === '$exists' ? operator(value, given) : false;
    });
  });

const sorted = (documents: readonly Doc[], sort: { readonly [field: string]: number }): readonly Doc[] =>
  documents.toSorted((a, b) => {
    for (const [field, direction] of Object.entries(sort)) {
      const [x, y] = [a[field] as number, b[field] as number];
      if (x !== y) return x < y ? -direction : direction;
    }
    return 0;
  });
