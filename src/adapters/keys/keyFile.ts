import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Scope } from '../../application/ports/apiKeys.js';
import { createKey } from './apiKey.js';
import { checkKey, type KeyEntry, readKeyList, writeKeyList } from './keyList.js';

type Wanted = { readonly name: string; readonly scope: Scope; readonly organization: string | null; readonly createdAt: Date };

/** The file is there, and holds no list of keys. */
class KeyFileBroken extends Error {
  readonly code = 'INVALID_FILE';
}

/** A file of keys, which nobody but its owner may read. */
export class KeyFile {
  constructor(readonly path: string) {}

  /** Null where there is no such file. Rejects with `KeyFileBroken`. */
  async list(): Promise<readonly KeyEntry[] | null> {
    const json = await readFile(this.path, 'utf8').catch((error) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return json === null ? null : this.#read(json);
  }

  /** The key is told this once: what is kept of it does not lead back to it. Rejects with `INVALID_ARGUMENT` for what nobody could use. */
  async create({ name, scope, organization, createdAt }: Wanted): Promise<{ readonly key: string; readonly entry: KeyEntry }> {
    const { id, key, sha256 } = createKey();
    const entry = { id, name, scope, organization, sha256, createdAt: createdAt.toISOString() };
    checkKey(entry);
    await this.#write([...((await this.list()) ?? []), entry]);
    return { key, entry };
  }

  /** Resolves with what was removed; null where there is no such key. */
  async remove(id: string): Promise<KeyEntry | null> {
    const entries = (await this.list()) ?? [];
    const found = entries.find((entry) => entry.id === id);
    if (found) await this.#write(entries.filter((entry) => entry !== found));
    return found ?? null;
  }

  #read(json: string): readonly KeyEntry[] {
    try {
      return readKeyList(json, this.path);
    } catch (error) {
      throw new KeyFileBroken(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  /** Whole or not at all, for whoever reads it at this moment. */
  async #write(entries: readonly KeyEntry[]): Promise<void> {
    await mkdir(path.dirname(this.path), { recursive: true });
    const partial = `${this.path}.${process.pid}.partial`;
    await writeFile(partial, writeKeyList(entries), { mode: 0o600 });
    await rename(partial, this.path);
  }
}
