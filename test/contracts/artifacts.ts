import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ArtifactOwner, ArtifactStore } from '../../src/application/ports/artifacts.js';
import { instant } from '../../src/domain/instant.js';
import { at } from './samples.js';

export type OpenArtifacts = {
  /** As this node and as another sees them; the same where there is only one. */
  readonly store: ArtifactStore;
  readonly other: ArtifactStore;
  readonly clock: { set(at: number): void };
  /** Ends every byte of one artifact's content differently. */
  damage?(owner: ArtifactOwner, name: string): Promise<void>;
  /** How many traces of drafts and contents the medium has, whoever they belong to; always 0 where nothing outlives the process. */
  traces(): Promise<number>;
  close(): Promise<void>;
};

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const keep = async (
  store: ArtifactStore,
  owner: ArtifactOwner,
  name: string,
  content: string,
  details?: { readonly rows: number },
) => {
  const draft = await store.create(owner, name, 'text/plain');
  await draft.write(bytes(content));
  return draft.commit(details);
};

export const read = async (store: ArtifactStore, organization: string, artifactId: string): Promise<Buffer | null> => {
  const opened = await store.open(organization, artifactId);
  if (!opened) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.content) chunks.push(chunk);
  return Buffer.concat(chunks);
};

export const describeArtifacts = (name: string, open: () => Promise<OpenArtifacts>): void => {
  describe(`artifacts in ${name}`, () => {
    let opened: OpenArtifacts;
    let executions = 0;
    const newOwner = (given: Partial<ArtifactOwner> = {}): ArtifactOwner => ({
      organization: 'acme',
      jobName: 'monthly-report',
      executionId: `0199-execution-${++executions}`,
      ...given,
    });
    beforeAll(async () => {
      opened = await open();
      opened.clock.set(at(0));
    });
    afterAll(() => opened?.close());

    it('keeps a file with what is known of it, for every node', async () => {
      const { store, other } = opened;
      const owner = newOwner();
      const artifact = await keep(store, owner, 'summary.txt', 'forty-two', { rows: 42 });
      expect(artifact).toEqual({
        artifactId: `monthly-report/${owner.executionId}/summary.txt`,
        ...owner,
        name: 'summary.txt',
        mediaType: 'text/plain',
        bytes: 9,
        sha256: sha256('forty-two'),
        createdAt: at(0),
        details: { rows: 42 },
      });
      expect(await other.list(owner)).toEqual([artifact]);
      expect((await other.open('acme', artifact.artifactId))?.artifact).toEqual(artifact);
      expect(String(await read(other, 'acme', artifact.artifactId))).toBe('forty-two');
    });

    it('takes an empty file, and one of many uneven chunks', async () => {
      const { store, other } = opened;
      const owner = newOwner();
      const empty = await (await store.create(owner, 'empty.bin', 'application/octet-stream')).commit();
      expect(empty).toMatchObject({ bytes: 0, sha256: sha256('') });
      expect(await read(other, 'acme', empty.artifactId)).toHaveLength(0);
      const draft = await store.create(owner, 'long.bin', 'application/octet-stream');
      const parts = Array.from({ length: 60 }, (_, i) => new Uint8Array((i * 7_919) % 50_000).fill(i));
      const reused = new Uint8Array(50_000);
      for (const part of parts) {
        // Whoever writes may use the buffer again.
        reused.set(part);
        await draft.write(reused.subarray(0, part.length));
      }
      const long = await draft.commit();
      const whole = Buffer.concat(parts);
      expect(long).toMatchObject({ bytes: whole.length, sha256: sha256(whole) });
      expect((await read(other, 'acme', long.artifactId))?.equals(whole)).toBe(true);
    });

    it('shows nothing of a draft, nor leaves anything of one that is discarded', async () => {
      const { store } = opened;
      const owner = newOwner();
      const before = await opened.traces();
      const draft = await store.create(owner, 'half.bin', 'application/octet-stream');
      for (let i = 0; i < 8; i++) await draft.write(new Uint8Array(100_000));
      expect(await store.list(owner)).toEqual([]);
      expect(await store.open('acme', `monthly-report/${owner.executionId}/half.bin`)).toBeNull();
      await draft.discard();
      await draft.discard();
      await expect(draft.write(bytes('more'))).rejects.toThrow('the draft has ended');
      await expect(draft.commit()).rejects.toThrow('the draft has ended');
      expect(await store.list(owner)).toEqual([]);
      expect(await opened.traces()).toBe(before);
    });

    it('discards nothing once it is committed', async () => {
      const { store } = opened;
      const owner = newOwner();
      const draft = await store.create(owner, 'kept.txt', 'text/plain');
      const artifact = await draft.commit();
      await draft.discard();
      expect(await store.list(owner)).toEqual([artifact]);
    });

    it('has the newest of a name, and one of it', async () => {
      const { store, other } = opened;
      const owner = newOwner();
      const first = await keep(store, owner, 'report.txt', 'first');
      const before = await opened.traces();
      const second = await keep(store, owner, 'report.txt', 'second');
      expect(second.artifactId).toBe(first.artifactId);
      expect(await other.list(owner)).toEqual([second]);
      expect(String(await read(other, 'acme', first.artifactId))).toBe('second');
      expect(await opened.traces()).toBe(before);
    });

    it('has one whole file of a name that many write at once', async () => {
      const { store } = opened;
      const owner = newOwner();
      await Promise.all(Array.from({ length: 8 }, (_, i) => keep(store, owner, 'race.txt', `content of writer ${i}`.repeat(i + 1))));
      const [winner, ...others] = await store.list(owner);
      expect(others).toEqual([]);
      expect(sha256((await read(store, 'acme', winner?.artifactId ?? '')) ?? '')).toBe(winner?.sha256);
    });

    it('lists by name', async () => {
      const owner = newOwner();
      for (const name of ['b.txt', 'a.txt', 'Ä.txt', 'C.txt']) await keep(opened.store, owner, name, name);
      expect((await opened.store.list(owner)).map((a) => a.name)).toEqual(['C.txt', 'a.txt', 'b.txt', 'Ä.txt']);
    });

    it('keeps organizations, jobs and letter cases apart', async () => {
      const { store } = opened;
      const owner = newOwner();
      const owners = [
        owner,
        { ...owner, organization: 'ACME' },
        { ...owner, organization: 'acme2' },
        { ...owner, jobName: 'Monthly-Report' },
      ];
      const kept = await Promise.all(owners.map((one, i) => keep(store, one, 'x.txt', `content ${i}`)));
      for (const [i, one] of owners.entries()) {
        expect(await store.list(one)).toEqual([kept[i]]);
        expect(String(await read(store, one.organization, kept[i]?.artifactId ?? ''))).toBe(`content ${i}`);
      }
      expect(await store.open('nobody', kept[0]?.artifactId ?? '')).toBeNull();
      await store.removeOfJob('acme', 'monthly-report', at(0));
      expect(await store.list(owner)).toEqual([]);
      expect(await Promise.all(owners.slice(1).map((one) => store.list(one)))).toEqual(kept.slice(1).map((artifact) => [artifact]));
    });

    it.each([
      '../secrets.txt',
      'a/b.txt',
      'a\\b.txt',
      '.hidden',
      '-rf',
      'nul\u0000.txt',
      'line\nbreak.txt',
      'con.txt',
      'x'.repeat(200),
      'gpj\u202Eexe',
      '',
    ])('takes no file named %j', async (bad) => {
      await expect(opened.store.create(newOwner(), bad, 'text/plain')).rejects.toThrow('the name of an artifact must');
    });

    it.each([
      '',
      'x',
      '../../etc/passwd',
      'monthly-report/../x.txt',
      'monthly-report/e/../../x.txt',
      'monthly-report//x.txt',
      '%2e%2e/a/b',
      '$ne/e/x.txt',
    ])('opens nothing named %j', async (bad) => {
      expect(await opened.store.open('acme', bad)).toBeNull();
    });

    it('removes those of executions, and no others', async () => {
      const { store, other } = opened;
      const owners = [newOwner(), newOwner(), newOwner()] as const;
      for (const owner of owners) await keep(store, owner, 'x.txt', 'x'.repeat(300_000));
      const before = await opened.traces();
      await other.removeOfExecutions('acme', 'monthly-report', [owners[0].executionId, owners[2].executionId, 'unknown']);
      await other.removeOfExecutions('acme', 'monthly-report', []);
      await other.removeOfExecutions('acme', 'no-such-job', ['unknown']);
      expect((await Promise.all(owners.map((owner) => store.list(owner)))).map((list) => list.length)).toEqual([0, 1, 0]);
      if (before > 0) expect(await opened.traces()).toBeLessThan(before);
    });

    it('removes those of a deleted job, and leaves the job that took its name alone', async () => {
      const { store, clock } = opened;
      const [old, young] = [newOwner({ jobName: 'reborn' }), newOwner({ jobName: 'reborn' })];
      clock.set(at(1_000));
      await keep(store, old, 'x.txt', 'old');
      clock.set(at(2_000));
      await keep(store, young, 'x.txt', 'young');
      await store.removeOfJob('acme', 'reborn', instant(at(1_500)));
      expect(await store.list(old)).toEqual([]);
      expect(await store.list(young)).toHaveLength(1);
      await store.removeOfJob('acme', 'reborn', at(2_000));
      await store.removeOfJob('acme', 'reborn', at(2_000));
      expect(await store.list(young)).toEqual([]);
      clock.set(at(0));
    });

    it('tells where the content is not what was written', async ({ skip }) => {
      const { store, damage } = opened;
      if (!damage) return skip('memory is not damaged');
      const owner = newOwner();
      const { artifactId } = await keep(store, owner, 'x.txt', 'what was written');
      await damage(owner, 'x.txt');
      await expect(read(store, 'acme', artifactId)).rejects.toThrow(`the artifact ${artifactId} is damaged`);
    });
  });
};
