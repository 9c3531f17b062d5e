import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventPublisher, Outgoing } from '../../src/application/ports/publisher.js';
import { hostileText } from './samples.js';

export type Stored = Outgoing & { readonly streamSequence: number };

export type OpenPublisher = {
  readonly publisher: EventPublisher;
  /** Another client of the same streams. */
  readonly rival: EventPublisher;
  /** What the stream of a partition holds, in order, as a consumer reads it. */
  messages(partition: number): Promise<readonly Stored[]>;
  close(): Promise<void>;
};

const subject = (job: string, type = 'ExecutionStarted'): string => `scheduler.events.acme.${type}.${job}`;

/** The event of the n-th commit. */
const event = (n: number, given: Partial<Outgoing> = {}): Outgoing => ({
  id: `commit-${n}.0`,
  sequence: `0:${n}:0`,
  subject: subject('report'),
  body: JSON.stringify({ n }),
  ...given,
});
const eventsFrom = (first: number, count: number): readonly Outgoing[] => Array.from({ length: count }, (_, i) => event(first + i));

export const describeEventPublisher = (name: string, open: () => Promise<OpenPublisher>): void => {
  describe(`${name} as an event publisher`, () => {
    let opened: OpenPublisher;
    let publisher: EventPublisher;
    beforeEach(async () => {
      opened = await open();
      publisher = opened.publisher;
      await publisher.prepare(0);
    });
    afterEach(() => opened.close());

    const stored = async (): Promise<readonly (readonly [number, string])[]> =>
      (await opened.messages(0)).map(({ streamSequence, id }) => [streamSequence, id]);

    it('begins with an empty stream', async () => {
      expect(await publisher.standing(0)).toEqual({ streamSequence: 0, last: null });
      expect(await stored()).toEqual([]);
    });

    it('leaves a stream that is there as it is', async () => {
      await publisher.publish(0, eventsFrom(1, 3), 0);
      await publisher.prepare(0);
      await opened.rival.prepare(0);
      expect(await stored()).toHaveLength(3);
    });

    it('stores what is published, in order and byte for byte', async () => {
      const events = [event(1), event(2, { body: hostileText }), event(3, { body: '"é 👩‍🚀 \\ud800"', subject: subject('a=2Eb=3Ac') })];
      expect(await publisher.publish(0, events, 0)).toEqual({ outcome: 'published', streamSequence: 3 });
      expect(await opened.messages(0)).toEqual(events.map((e, i) => ({ ...e, streamSequence: i + 1 })));
    });

    it('says where the stream stands', async () => {
      await publisher.publish(0, [event(1), event(2, { id: 'commit-2.7', sequence: '0:2:7' })], 0);
      expect(await opened.rival.standing(0)).toEqual({ streamSequence: 2, last: { id: 'commit-2.7', sequence: '0:2:7' } });
    });

    it('goes on where it left off', async () => {
      await publisher.publish(0, eventsFrom(1, 2), 0);
      expect(await publisher.publish(0, eventsFrom(3, 2), 2)).toEqual({ outcome: 'published', streamSequence: 4 });
      expect((await opened.messages(0)).map((m) => m.id)).toEqual(eventsFrom(1, 4).map((e) => e.id));
    });

    it.each([1, 2, 5])('is fenced, and stores nothing, where the stream is not at the sequence expected (%i events)', async (count) => {
      await publisher.publish(0, eventsFrom(1, 3), 0);
      for (const after of [0, 2, 4, 100]) expect(await publisher.publish(0, eventsFrom(10, count), after)).toEqual({ outcome: 'fenced' });
      expect(await stored()).toHaveLength(3);
    });

    it('lets one of two clients win, whole', async () => {
      const winners: string[] = [];
      for (let round = 0; round < 20; round++) {
        const { streamSequence } = await publisher.standing(0);
        const lists = ['a', 'b'].map((client) => eventsFrom(round * 50, 50).map((e) => ({ ...e, id: `${client}-${e.id}` })));
        const answers = await Promise.all([publisher, opened.rival].map((p, i) => p.publish(0, lists[i] ?? [], streamSequence)));
        expect(answers.map((a) => a.outcome).sort()).toEqual(['fenced', 'published']);
        winners.push(...(lists[answers.findIndex((a) => a.outcome === 'published')] ?? []).map((e) => e.id));
      }
      expect((await opened.messages(0)).map((m) => m.id)).toEqual(winners);
    });

    it('stores each event once, though two clients publish the same', async () => {
      for (let round = 0; round < 20; round++) {
        const { streamSequence } = await publisher.standing(0);
        const events = eventsFrom(round * 50, 50);
        const answers = await Promise.all([publisher, opened.rival].map((p) => p.publish(0, events, streamSequence)));
        expect(answers.map((a) => a.outcome)).toContain('published');
      }
      expect((await opened.messages(0)).map((m) => m.id)).toEqual(eventsFrom(0, 1_000).map((e) => e.id));
    });

    it('takes thousands of events at once', async () => {
      const events = eventsFrom(1, 5_500);
      expect(await publisher.publish(0, events, 0)).toEqual({ outcome: 'published', streamSequence: 5_500 });
      expect((await opened.messages(0)).map((m) => m.sequence)).toEqual(events.map((e) => e.sequence));
    });

    it('takes an event of a million bytes, and several in a row', async () => {
      const events = eventsFrom(1, 6).map((e) => ({ ...e, body: JSON.stringify('é'.repeat(499_990)) }));
      expect(await publisher.publish(0, events, 0)).toEqual({ outcome: 'published', streamSequence: 6 });
    });

    it('purges the subjects of one job before a message, and nothing else', async () => {
      const [mine, other] = [(n: number, type?: string) => event(n, { subject: subject('mine', type) }), (n: number) => event(n)];
      await publisher.publish(0, [mine(1), other(2), mine(3, 'JobPaused'), mine(4, 'JobDeleted'), mine(5), other(6)], 0);
      await publisher.purge(0, subject('mine', '*'), subject('mine', 'JobDeleted'));
      expect((await stored()).map(([n]) => n)).toEqual([2, 4, 5, 6]);
      await publisher.purge(0, subject('mine', '*'), subject('mine', 'JobDeleted'));
      expect((await stored()).map(([n]) => n)).toEqual([2, 4, 5, 6]);
    });

    it('purges before the newest of several such messages', async () => {
      const mine = (n: number, type?: string) => event(n, { subject: subject('mine', type) });
      await publisher.publish(0, [mine(1, 'JobDeleted'), mine(2), mine(3, 'JobDeleted'), mine(4)], 0);
      await publisher.purge(0, subject('mine', '*'), subject('mine', 'JobDeleted'));
      expect((await stored()).map(([n]) => n)).toEqual([3, 4]);
    });

    it('purges nothing before the first message of all', async () => {
      await publisher.publish(0, [event(1, { subject: subject('report', 'JobDeleted') }), event(2)], 0);
      await publisher.purge(0, subject('report', '*'), subject('report', 'JobDeleted'));
      expect((await stored()).map(([n]) => n)).toEqual([1, 2]);
    });

    it('purges nothing where there is no such message', async () => {
      await publisher.publish(0, eventsFrom(1, 3), 0);
      await publisher.purge(0, subject('report', '*'), subject('report', 'JobDeleted'));
      expect(await stored()).toHaveLength(3);
    });

    it('never uses a number twice, whatever was purged', async () => {
      await publisher.publish(0, [event(1), event(2, { subject: subject('report', 'JobDeleted') })], 0);
      await publisher.purge(0, subject('report', '*'), subject('report', 'JobDeleted'));
      expect(await publisher.standing(0)).toEqual({ streamSequence: 2, last: { id: 'commit-2.0', sequence: '0:2:0' } });
      expect(await publisher.publish(0, [event(3)], 2)).toEqual({ outcome: 'published', streamSequence: 3 });
    });
  });
};
