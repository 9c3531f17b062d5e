import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDirectory } from '../../../src/adapters/artifacts/directory/index.js';
import { step } from '../../../src/adapters/artifacts/directory/places.js';
import { ids } from '../../../src/adapters/system/ids.js';
import { keep, read } from '../../contracts/artifacts.js';
import { at } from '../../contracts/samples.js';

const clock = { now: () => at(0) };
const owner = { organization: 'acme', jobName: 'report', executionId: 'execution-1' };

describe('a directory of artifacts', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'artifacts-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('lies where people look for it', async () => {
    await keep(await openDirectory(root, clock, ids), owner, 'Résumé 2026.txt', 'content');
    const place = path.join(root, 'acme', 'report', 'execution-1');
    expect(readFileSync(path.join(place, 'Résumé 2026.txt'), 'utf8')).toBe('content');
    expect(JSON.parse(readFileSync(path.join(place, '.Résumé 2026.txt.json'), 'utf8'))).toMatchObject({
      name: 'Résumé 2026.txt',
      createdAt: '2023-11-14T22:13:20.000Z',
    });
  });

  it('writes names that file systems confuse so that they differ', () => {
    const names = ['acme', 'Acme', 'ACME', 'a:b', 'a_b', 'con', 'a.'];
    expect(step('acme')).toBe('acme');
    expect(step('Acme')).toMatch(/^Acme=[0-9a-f]{12}$/);
    expect(new Set(names.map((name) => step(name).toLowerCase())).size).toBe(names.length);
    for (const name of names) expect(step(name)).toMatch(/^[A-Za-z0-9][A-Za-z0-9._=-]*$/);
  });

  it('sweeps the drafts of processes that are gone, and not those of living ones', async () => {
    const store = await openDirectory(root, clock, ids);
    const draft = await store.create(owner, 'x.txt', 'text/plain');
    await draft.write(Buffer.from('half of it'));
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(path.join(root, '.drafts', `${gone}-left`), 'half');
    writeFileSync(path.join(root, '.drafts', `${process.pid}-of-an-earlier-life`), 'half');
    writeFileSync(path.join(root, '.drafts', `${process.ppid}-at-work`), 'half');
    await openDirectory(root, clock, ids);
    const left = readdirSync(path.join(root, '.drafts'));
    expect(left).toHaveLength(2);
    expect(left).toContain(`${process.ppid}-at-work`);
    await draft.commit();
    expect(String(await read(store, 'acme', 'report/execution-1/x.txt'))).toBe('half of it');
    expect(readdirSync(path.join(root, '.drafts'))).toEqual([`${process.ppid}-at-work`]);
  });

  it('does not take what a crash left without its note, or somebody has put there, for an artifact', async () => {
    const store = await openDirectory(root, clock, ids);
    await keep(store, owner, 'x.txt', 'content');
    const place = path.join(root, 'acme', 'report', 'execution-1');
    writeFileSync(path.join(place, 'unnoted.txt'), 'content');
    writeFileSync(path.join(place, '.odd.txt.json'), '{"name":"odd.txt"}');
    writeFileSync(path.join(place, '.broken.txt.json'), '{');
    expect((await store.list(owner)).map((a) => a.name)).toEqual(['x.txt']);
    expect(await store.open('acme', 'report/execution-1/odd.txt')).toBeNull();
    await keep(store, owner, 'unnoted.txt', 'new');
    expect(String(await read(store, 'acme', 'report/execution-1/unnoted.txt'))).toBe('new');
  });

  it('follows no link to a file elsewhere', async () => {
    const store = await openDirectory(root, clock, ids);
    await keep(store, owner, 'x.txt', 'content');
    const file = path.join(root, 'acme', 'report', 'execution-1', 'x.txt');
    rmSync(file);
    symlinkSync('/etc/passwd', file);
    await expect(read(store, 'acme', 'report/execution-1/x.txt')).rejects.toMatchObject({ name: 'ArtifactsUnavailable' });
  });

  it('says what is the matter where it cannot write', async () => {
    writeFileSync(path.join(root, 'file'), '');
    const store = await openDirectory(path.join(root, 'file'), clock, ids);
    await expect(store.create(owner, 'x.txt', 'text/plain')).rejects.toMatchObject({ name: 'ArtifactsUnavailable' });
  });

  it('leaves no draft where it cannot be placed', async () => {
    const store = await openDirectory(root, clock, ids);
    mkdirSync(path.join(root, 'acme', 'report', 'execution-1', 'x.txt', 'in the way'), { recursive: true });
    const draft = await store.create(owner, 'x.txt', 'text/plain');
    await expect(draft.commit()).rejects.toMatchObject({ name: 'ArtifactsUnavailable' });
    expect(readdirSync(path.join(root, '.drafts'))).toEqual([]);
    expect(await store.list(owner)).toEqual([]);
  });
});
