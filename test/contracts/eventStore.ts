import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AppendResult, EventFeed, EventStore } from '../../src/application/ports/eventStore.js';
import { completed, hostile, hostileText, request } from './samples.js';

/** `clients` are connections to the same log that race each other, where the store has several. */
export type OpenLog = {
  readonly store: EventStore;
  readonly feed: EventFeed;
  readonly clients?: readonly EventStore[];
  close(): Promise<void>;
};

/** `races` is how often 32 clients race for a version: fewer on servers, where every round is a journey. */
export const describeEventStore = (name: string, open: () => Promise<OpenLog>, races = 1_000): void => {
  describe(`${name} as an event store`, () => {
    let log: OpenLog;
    let store: EventStore;
    let tests = 0;
    const newStream = (): string => `acme/stream-${++tests}`;

    beforeAll(async () => {
      log = await open();
      store = log.store;
    });
    afterAll(() => log.close());

    it('has no commits of an unknown stream', async () => {
      expect(await store.read(newStream(), 0)).toEqual([]);
    });

    it('gives back what was appended', async () => {
      const stream = newStream();
      const first = request(stream, 0);
      const appended = await store.append(first);
      expect(appended).toEqual({ outcome: 'appended', version: 1, partition: 0, position: expect.any(Number) });
      const { expectedVersion: _, ...rest } = first;
      expect(await store.read(stream, 0)).toEqual([{ ...rest, ...placeOf(appended) }]);
    });

    it('reads the commits after a version, in order', async () => {
      const stream = newStream();
      for (let version = 0; version < 5; version++) await store.append(request(stream, version));
      expect((await store.read(stream, 2)).map((c) => c.version)).toEqual([3, 4, 5]);
      expect(await store.read(stream, 5)).toEqual([]);
    });

    it('keeps streams apart', async () => {
      const [a, b] = [newStream(), newStream()];
      await store.append(request(a, 0));
      await store.append(request(b, 0));
      expect((await store.read(b, 0)).map((c) => c.stream)).toEqual([b]);
    });

    it('keeps the events of a commit together and in order', async () => {
      const stream = newStream();
      const events = Array.from({ length: 100 }, (_, i) => completed(i));
      await store.append(request(stream, 0, { events }));
      expect((await store.read(stream, 0)).map((c) => c.events)).toEqual([events]);
    });

    it('refuses a version that is taken, and one that leaves a gap', async () => {
      const stream = newStream();
      await store.append(request(stream, 0));
      const before = await store.read(stream, 0);
      expect(await store.append(request(stream, 0))).toEqual({ outcome: 'conflict' });
      expect(await store.append(request(stream, 2))).toEqual({ outcome: 'conflict' });
      expect(await store.append(request(newStream(), 1))).toEqual({ outcome: 'conflict' });
      expect(await store.read(stream, 0)).toEqual(before);
    });

    it('answers a repeated append with the place of the first', async () => {
      const stream = newStream();
      const first = request(stream, 0);
      const appended = await store.append(first);
      await store.append(request(stream, 1));
      expect(await store.append(first)).toEqual({ ...appended, outcome: 'already' });
      expect(await store.read(stream, 0)).toHaveLength(2);
    });

    it('writes an append that is made twice at once only once', async () => {
      const stream = newStream();
      const first = request(stream, 0);
      const answers = await Promise.all([store.append(first), store.append(first), store.append(request(stream, 0))]);
      expect(answers.map((a) => a.outcome).sort()).toEqual(['already', 'appended', 'conflict']);
      expect(new Set(answers.flatMap((a) => ('position' in a ? a.position : []))).size).toBe(1);
    });

    it('numbers what is appended at once in the order of the requests', async () => {
      const head = await log.feed.head(0);
      const answers = await Promise.all(Array.from({ length: 500 }, () => store.append(request(newStream(), 0))));
      expect(answers.map(positionOf)).toEqual(Array.from({ length: 500 }, (_, i) => head + 1 + i));
    });

    it('takes a chain of commits of one stream at once', async () => {
      const stream = newStream();
      const answers = await Promise.all(Array.from({ length: 50 }, (_, version) => store.append(request(stream, version))));
      expect(answers.map((a) => a.outcome)).toEqual(Array(50).fill('appended'));
      expect((await store.read(stream, 0)).map((c) => c.version)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    });

    it('lets exactly one of 32 racing clients have each version', { timeout: 180_000 }, async () => {
      const stream = newStream();
      const clients = log.clients ?? [store];
      const head = await log.feed.head(0);
      for (let version = 0; version < races; version++) {
        const requests = Array.from({ length: 32 }, () => request(stream, version));
        const answers = await Promise.all(requests.map((r, i) => (clients[i % clients.length] ?? store).append(r)));
        if (answers.filter((a) => a.outcome === 'appended').length !== 1) expect(answers).toBe('one winner');
        if (answers.filter((a) => a.outcome === 'conflict').length !== 31) expect(answers).toBe('31 conflicts');
      }
      const commits = await store.read(stream, 0);
      expect(commits.map((c) => c.version)).toEqual(Array.from({ length: races }, (_, i) => i + 1));
      expect(commits.map((c) => c.position)).toEqual(Array.from({ length: races }, (_, i) => head + 1 + i));
    });

    it('returns hostile payloads unchanged and harms nothing by them', async () => {
      const stream = newStream();
      await store.append(request(stream, 0, { events: [completed(hostile())] }));
      const [commit] = await store.read(stream, 0);
      const [event] = commit?.events ?? [];
      expect(event?.type === 'ExecutionCompleted' && JSON.stringify(event.result)).toBe(hostileText);
      expect('polluted' in {}).toBe(false);
    });

    it('takes a commit of a megabyte, and many large ones at once', async () => {
      const stream = newStream();
      await store.append(request(stream, 0, { events: [completed('é'.repeat(500_000))] }));
      await Promise.all(
        Array.from({ length: 20 }, () => store.append(request(newStream(), 0, { events: [completed('x'.repeat(400_000))] }))),
      );
      const [commit] = await store.read(stream, 0);
      expect(commit?.events).toEqual([completed('é'.repeat(500_000))]);
    });

    it('redacts payloads and keeps every place', async () => {
      const [stream, other] = [newStream(), newStream()];
      const requests = Array.from({ length: 5 }, (_, version) => request(stream, version));
      for (const r of requests) await store.append(r);
      await store.append(request(other, 0));
      const before = await store.read(stream, 0);
      await store.redact(stream, 4);
      await store.redact(stream, 4);
      expect(await store.read(stream, 0)).toEqual(before.map((c) => (c.version < 4 ? { ...c, events: [] } : c)));
      expect((await store.read(other, 0))[0]?.events).toHaveLength(1);
      expect((await log.feed.after(0, (before[0]?.position ?? 0) - 1, 3)).map((c) => c.events)).toEqual([[], [], []]);
    });

    it('still knows a redacted commit, and goes on after it', async () => {
      const stream = newStream();
      const first = request(stream, 0);
      await store.append(first);
      await store.redact(stream, 2);
      expect((await store.append(first)).outcome).toBe('already');
      expect((await store.append(request(stream, 0))).outcome).toBe('conflict');
      expect((await store.append(request(stream, 1))).outcome).toBe('appended');
    });

    it('redacts all there is where the version lies beyond it', async () => {
      const stream = newStream();
      await store.append(request(stream, 0));
      await store.redact(stream, Number.MAX_SAFE_INTEGER);
      expect((await store.read(stream, 0)).map((c) => c.events)).toEqual([[]]);
      await store.redact(newStream(), Number.MAX_SAFE_INTEGER);
    });

    it('lists every stream that ever had a commit, page by page', async () => {
      const streams = Array.from({ length: 25 }, (_, i) => `listed/job-${String((i * 7) % 25).padStart(2, '0')}`);
      await Promise.all(streams.map((stream) => store.append(request(stream, 0))));
      await store.redact('listed/job-03', 2);
      const found: string[] = [];
      for (let page = await store.streams('listed/', 10); page.length > 0; page = await store.streams(found.at(-1) ?? '', 10)) {
        expect(page.length).toBeLessThanOrEqual(10);
        found.push(...page);
      }
      expect(found.filter((key) => key.startsWith('listed/'))).toEqual([...streams].sort());
      expect(await store.streams(null, 3)).toHaveLength(3);
    });
  });
};

const positionOf = (answer: AppendResult): number => ('position' in answer ? answer.position : 0);
const placeOf = (answer: AppendResult) => {
  if (answer.outcome === 'conflict') return {};
  const { outcome: _, ...place } = answer;
  return place;
};
