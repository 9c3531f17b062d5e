import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KeyFile, KeyRing } from '../../../src/adapters/keys/index.js';
import { cliIn } from './cli.js';

const cli = cliIn('keys');
afterAll(() => cli.remove());
const file = path.join(cli.data, 'api-keys.json');

describe('keys', () => {
  it('are printed once, kept as a hash that nobody else may read, and withdrawn', async () => {
    const made = await cli.run('keys', 'create', '--name', 'ci', '--scope', 'operate', '--org', 'acme');
    expect(made).toMatchObject({ code: 0, err: expect.stringContaining('of organization acme') });
    const key = made.out.trim();
    expect(key).toMatch(/^nxs_[0-9a-f]{12}_[\w-]{43}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const everywhere = JSON.parse(
      (await cli.run('keys', 'create', '--name', 'ops', '--scope', 'admin', '--all-organizations', '--json')).out,
    );
    expect(everywhere).toMatchObject({ name: 'ops', scope: 'admin', organization: null });
    const entries = (await new KeyFile(file).list()) ?? [];
    expect(JSON.stringify(entries)).not.toContain(key.slice(-43));
    const ring = new KeyRing(entries);
    expect(ring.find(key)).toEqual({ name: 'ci', scope: 'operate', organization: 'acme' });
    expect(ring.find(everywhere.key)).toEqual({ name: 'ops', scope: 'admin', organization: null });
    expect(ring.find(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`)).toBeNull();
    const listed = JSON.parse((await cli.run('keys', 'list', '--json')).out);
    expect(listed.map(({ name }: { name: string }) => name)).toEqual(['ci', 'ops']);
    expect((await cli.run('keys', 'list')).out).toContain('all of them');
    expect((await cli.run('keys', 'revoke', listed[0].id)).out).toContain('of ci is withdrawn');
    expect((await cli.run('keys', 'revoke', listed[0].id)).code).toBe(1);
    ring.replace((await new KeyFile(file).list()) ?? []);
    expect([ring.find(key), ring.find(everywhere.key)?.name]).toEqual([null, 'ops']);
    ring.replace([]);
    expect([ring.required, ring.find(everywhere.key)]).toEqual([true, null]);
  });

  it('may be made before there is a store, which then is still an empty one', async () => {
    const first = cliIn('first-key');
    await first.run('keys', 'create', '--name', 'me');
    expect(await first.run('list')).toMatchObject({ code: 0, err: expect.stringContaining('No jobs') });
    expect(await first.run('doctor')).toMatchObject({ code: 0, out: expect.stringContaining('0 jobs') });
    first.remove();
  });

  it('are those of the directory that is given', async () => {
    const other = path.join(cli.directory, 'other');
    const before = await cli.json('keys', 'list');
    const made = await cli.json('keys', 'create', '--name', 'there', '--data-dir', other);
    expect(await cli.json('keys', 'list', '--data-dir', other)).toMatchObject([{ id: made.id, name: 'there' }]);
    expect(await cli.json('keys', 'list')).toEqual(before);
    expect((await cli.run('doctor', '--data-dir', other)).out).toContain(`1 in ${path.join(other, 'api-keys.json')}`);
    const { out, err } = await cli.run('keys', 'revoke', made.id, '--data-dir', other);
    expect([out, err]).toEqual([
      expect.stringContaining('of there is withdrawn'),
      expect.stringContaining('It was the last one.\nNobody is let in'),
    ]);
  });

  it('let nobody in where all of them are withdrawn, as long as their file is there', async () => {
    const last = cliIn('last-key');
    expect((await last.run('doctor')).out).toMatch(/keys +none: the HTTP API answers on this machine alone/);
    const { id } = await last.json('keys', 'create', '--name', 'me');
    await last.run('keys', 'revoke', id);
    expect(await last.json('keys', 'list')).toEqual([]);
    expect((await last.run('keys', 'list')).err).toMatch(/^No key is left in \S+\.\nNobody is let in/);
    expect(await last.run('doctor')).toMatchObject({ code: 0, out: expect.stringMatching(/keys +look at it: none in .*nobody is let in/) });
    expect(new KeyRing([], true).required).toBe(true);
    last.remove();
  });

  it('are not overwritten where their file holds something else', async () => {
    const broken = cliIn('broken-keys');
    mkdirSync(broken.data);
    writeFileSync(path.join(broken.data, 'api-keys.json'), '{ "keys": 1 }');
    for (const argv of [['list'], ['create', '--name', 'me'], ['revoke', 'x']])
      expect(await broken.run('keys', ...argv)).toMatchObject({ code: 1, err: expect.stringMatching(/must be a list \(INVALID_FILE\)/) });
    expect(await broken.run('doctor')).toMatchObject({ code: 1, out: expect.stringMatching(/keys +wrong: .*must be a list/) });
    broken.remove();
  });

  it('have a name and one of three scopes', async () => {
    expect((await cli.run('keys', 'create')).code).toBe(2);
    expect(await cli.run('keys', 'create', '--name', 'x', '--scope', 'all')).toMatchObject({
      code: 2,
      err: expect.stringContaining('read, operate, admin'),
    });
    expect((await cli.run('keys', 'create', '--name', 'x', '--org', 'a b')).err).toContain('--org: must be 1 to 128');
  });
});
