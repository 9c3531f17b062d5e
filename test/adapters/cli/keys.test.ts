import { statSync } from 'node:fs';
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
    const entries = await new KeyFile(file).list();
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
    ring.replace(await new KeyFile(file).list());
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

  it('have a name and one of three scopes', async () => {
    expect((await cli.run('keys', 'create')).code).toBe(2);
    expect(await cli.run('keys', 'create', '--name', 'x', '--scope', 'all')).toMatchObject({
      code: 2,
      err: expect.stringContaining('read, operate, admin'),
    });
    expect((await cli.run('keys', 'create', '--name', 'x', '--org', 'a b')).err).toContain('organization');
  });
});
