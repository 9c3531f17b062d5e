import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { publishedOf } from '../../../src/application/eventStream.js';
import type { EventPublisher, PublishedUpTo } from '../../../src/application/ports/publisher.js';
import type { Relay } from '../../../src/application/subscribers/relay.js';
import { completed } from '../../contracts/samples.js';
import { Failing, type Fate, type Fault, faults } from './faults.js';
import { problemsOf } from './problems.js';
import { deletion, type Ports, World } from './world.js';

const jobs = ['acme/report', 'acme/clean.up:all', 'globex/report'] as const;
const job = fc.constantFrom(...jobs);

/** What happens to the log, the relays and the stream, and when. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('append' as const), job, events: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), job, redacted: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('redact' as const), job }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(0, 0, 100, 1_000, 7_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wake' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('loseTail' as const), messages: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill' as const), relay: fc.nat(1) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const scenario = fc.record({
  relays: fc.integer({ min: 1, max: 2 }),
  /** A lease is a hint: two relays may both believe that they hold it. */
  leases: fc.constantFrom<'kept' | 'ignored'>('kept', 'ignored'),
  steps: fc.array(step, { minLength: 5, maxLength: 30 }),
  faults: fc.array(fc.tuple(fc.nat(150), fc.constantFrom<Fault>(...faults)), { maxLength: 12 }),
  delays: fc.array(fc.nat(6), { minLength: 1, maxLength: 40 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

type Mutation = (ports: Ports, world: World) => Ports;
const asWritten: Mutation = (ports) => ports;

class Play {
  readonly #world = new World();
  readonly #relays: { readonly relay: Relay; readonly failing: Failing }[] = [];
  readonly #faults: Map<number, Fault>;
  #calls = 0;
  #isCalm = false;

  constructor(
    private readonly given: Scenario,
    private readonly mutate: Mutation,
  ) {
    this.#faults = new Map(given.faults);
  }

  async run(): Promise<readonly string[]> {
    for (const step of this.given.steps) {
      this.#replaceTheDead();
      await this.#perform(step);
    }
    this.#isCalm = true;
    await this.#world.settle();
    this.#replaceTheDead();
    await this.#world.advance(60_000);
    return problemsOf(this.#world);
  }

  async #perform(step: Step): Promise<void> {
    const { log, stream } = this.#world;
    switch (step.do) {
      case 'append':
        await this.#world.append(
          step.job,
          Array.from({ length: step.events }, (_, i) => completed({ n: i })),
        );
        return;
      case 'delete': {
        const { version } = await this.#world.append(step.job, [completed('last'), deletion]);
        if (step.redacted) await log.store.redact(step.job, version);
        return;
      }
      case 'redact': {
        const commits = await log.store.read(step.job, 0);
        return log.store.redact(step.job, commits.length);
      }
      case 'wait':
        return this.#world.advance(step.ms);
      case 'wake':
        for (const { relay } of this.#relays) relay.wake(0);
        return;
      case 'loseTail':
        stream.loseAfter(0, Math.max(0, (await stream.standing(0)).streamSequence - step.messages));
        for (const { failing } of this.#relays) failing.disconnect();
        return;
      case 'kill':
        this.#relays[step.relay]?.failing.kill();
    }
  }

  #replaceTheDead(): void {
    for (let i = 0; i < this.given.relays; i++) {
      if (this.#relays[i] && !this.#relays[i]?.failing.isDead) continue;
      const failing = new Failing(this.#fate);
      const held = { hold: async () => true, release: async () => undefined };
      const relay = this.#world.relay(`n${i}`, (ports) =>
        failing.between(this.mutate(this.given.leases === 'kept' ? ports : { ...ports, leases: held }, this.#world)),
      );
      this.#relays[i] = { relay, failing };
      relay.start();
    }
  }

  readonly #fate: Fate = {
    fault: () => (this.#isCalm ? 'none' : (this.#faults.get(this.#calls++) ?? 'none')),
    delay: () => (this.#isCalm ? 0 : (this.given.delays[this.#calls % this.given.delays.length] ?? 0)),
  };
}

const property = (mutate: Mutation) =>
  fc.asyncProperty(scenario, async (given) => {
    const problems = await new Play(given, mutate).run();
    if (problems.length > 0) throw new Error(problems.join('; '));
  });

const publishing = (ports: Ports, changed: Partial<EventPublisher>): Ports => ({ ...ports, publisher: { ...ports.publisher, ...changed } });

/** Relays that are wrong in one way each, which the property must notice. */
const mutants: Readonly<Record<string, Mutation>> = {
  'publishes without asking where the stream stands': (ports) =>
    publishing(ports, { standing: async (p) => ({ ...(await ports.publisher.standing(p)), last: null }) }),
  'begins the commit anew that was cut off': (ports) =>
    publishing(ports, { standing: async (p) => withIndex(await ports.publisher.standing(p), (index) => index - 1) }),
  'gives up the rest of a commit that was cut off': (ports) =>
    publishing(ports, { standing: async (p) => withIndex(await ports.publisher.standing(p), () => 99) }),
  'publishes whatever the last sequence is': (ports) =>
    publishing(ports, {
      publish: async (p, events) => ports.publisher.publish(p, events, (await ports.publisher.standing(p)).streamSequence),
    }),
  'believes the cursor where the stream says otherwise': (ports, world) =>
    publishing(ports, { standing: async (p) => standingOf(await ports.publisher.standing(p), ports, world) }),
  'purges the deletion too': (ports, world) =>
    publishing(ports, { purge: async (p, subject) => ports.publisher.purge(p, subject, world.stream.messages(p).at(-1)?.subject ?? '') }),
  'purges jobs that were not deleted': (ports) =>
    publishing(ports, { purge: (p, subject, before) => ports.publisher.purge(p, subject.replace(/[^.]+$/, '*'), before) }),
  'purges nothing': (ports) => publishing(ports, { purge: async () => undefined }),
};

const withIndex = ({ streamSequence, last }: PublishedUpTo, change: (index: number) => number): PublishedUpTo => {
  if (!last) return { streamSequence, last };
  const [partition, position, index] = last.sequence.split(':').map(Number);
  return { streamSequence, last: { ...last, sequence: `${partition}:${position}:${Math.max(-1, change(index ?? 0))}` } };
};

const standingOf = async (standing: PublishedUpTo, { cursors }: Ports, { log }: World): Promise<PublishedUpTo> => {
  const cursor = await cursors.load('relay/0');
  const [commit] = cursor ? await log.feed.after(0, cursor.position - 1, 1) : [];
  const event = commit && publishedOf(commit).at(-1);
  return event ? { ...standing, last: event } : standing;
};

const ordinary: Scenario = {
  relays: 2,
  leases: 'kept',
  steps: [
    { do: 'append', job: jobs[0], events: 4 },
    { do: 'append', job: jobs[1], events: 3 },
    { do: 'wait', ms: 1_000 },
    { do: 'append', job: jobs[0], events: 4 },
    { do: 'delete', job: jobs[0], redacted: true },
    { do: 'append', job: jobs[0], events: 2 },
    { do: 'wait', ms: 7_000 },
    { do: 'append', job: jobs[2], events: 2 },
    { do: 'wake' },
  ],
  faults: [],
  delays: [0, 3, 1],
};

describe('a relay, whatever happens to it', () => {
  it('has published each event once and in order, and purged what was deleted', async () => {
    await fc.assert(property(asWritten), { numRuns: 600 });
  });

  it.each(faults)('survives that a call says %s, whichever it is', async (fault) => {
    for (let call = 0; call < 40; call++)
      expect(await new Play({ ...ordinary, faults: [[call, fault]] }, asWritten).run(), `call ${call}`).toEqual([]);
  });

  it.each(Object.entries(mutants))('would be noticed if it %s', async (_name, mutate) => {
    const { failed } = await fc.check(property(mutate), { numRuns: 2_000, endOnFailure: true });
    expect(failed).toBe(true);
  });
});
