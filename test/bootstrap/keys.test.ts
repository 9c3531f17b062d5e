import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keysIn, readKeys } from '../../src/bootstrap/keys.js';

const directory = mkdtempSync(path.join(tmpdir(), 'keys-'));
afterAll(() => rmSync(directory, { recursive: true }));

const ada = { name: 'ada', scope: 'read', organization: null, createdAt: new Date(0) } as const;

describe('the keys of a service', () => {
  it('are those of its data directory', async () => {
    expect(await readKeys({}, directory)).toBeNull();
    const { entry } = await keysIn({}, directory).create(ada);
    expect(await readKeys({}, directory)).toEqual([entry]);
    await keysIn({}, directory).remove(entry.id);
    expect(await readKeys({}, directory)).toEqual([]);
  });

  it('are those of the file that the environment names, which must be there', async () => {
    const named = { apiKeysFile: path.join(directory, 'named.json'), SCHEDULER_API_KEYS: 'x' };
    await expect(readKeys(named, directory)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      issues: [{ path: 'SCHEDULER_API_KEYS_FILE', message: expect.stringContaining('is not there') }],
    });
    const { entry } = await keysIn(named, directory).create(ada);
    expect(await readKeys(named, directory)).toEqual([entry]);
    expect(await readKeys({}, directory)).toEqual([]);
  });

  it('are those in the variable, where none is made or withdrawn', async () => {
    const inline = { SCHEDULER_API_KEYS: '{ "keys": [] }' };
    expect(await readKeys(inline, directory)).toEqual([]);
    const keys = keysIn(inline, directory);
    for (const changing of [keys.create(ada), keys.remove('x')])
      await expect(changing).rejects.toMatchObject({ code: 'NOT_AVAILABLE', message: expect.stringContaining('SCHEDULER_API_KEYS') });
    await expect(readKeys({ SCHEDULER_API_KEYS: '[]' }, directory)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
