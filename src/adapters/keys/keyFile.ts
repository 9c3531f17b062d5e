import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Scope } from '../../application/ports/apiKeys.js';
import { createKey } from './apiKey.js';
import { type KeyEntry, readKeyList, writeKeyList } from './keyList.js';

type Wanted = { readonly name: string; readonly scope: Scope; readonly organization: string | null; readonly createdAt: Date };

/** A file of keys, which nobody but its owner may read. */
export class KeyFile {
  constructor(readonly path: string) {}

  /** Empty where there is no such file. Throws `INVALID_ARGUMENT` for what is no list of keys. */
  async list(): Promise<readonly KeyEntry[]> {
    const json = await readFile(this.path, 'utf8').catch((error) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return json === null ? [] : readKeyList(json, this.path);
  }

  /** The key is told this once: what is kept of it does not lead back to it. */
  async create({ name, scope, organization, createdAt }: Wanted): Promise<{ readonly key: string; readonly entry: KeyEntry }> {
    const { id, key, sha256 } = createKey();
    const entry = { id, name, scope, organization, sha256, createdAt: createdAt.toISOString() };
    // Read as it will be read: what could not be used is not kept.
    const text = writeKeyList([...(await this.list()), entry]);
    readKeyList(text, 'key');
    await this.#write(text);
    return { key, entry };
  }

  /** Resolves with what was removed; null where there is no such key. */
  async remove(id: string): Promise<KeyEntry | null> {
    const entries = await this.list();
    const found = entries.find((entry) => entry.id === id);
    if (found) await this.#write(writeKeyList(entries.filter((entry) => entry !== found)));
    return found ?? null;
  }

  /** Whole or not at all, for whoever reads it at this moment. */
  async #write(text: string): Promise<void> {
    await mkdir(path.dirname(this.path), { recursive: true });
    const partial = `${this.path}.${process.pid}.partial`;
    await writeFile(partial, text, { mode: 0o600 });
    await rename(partial, this.path);
  }
}
