import type { Access, ApiKeys } from '../../application/ports/apiKeys.js';
import { idOf, isKey } from './apiKey.js';
import type { KeyEntry } from './keyList.js';

/** The keys as they were read last. Once there were any, one is needed: that all are withdrawn opens nothing. */
export class KeyRing implements ApiKeys {
  #byId: ReadonlyMap<string, KeyEntry> = new Map();
  #required = false;

  constructor(entries: readonly KeyEntry[]) {
    this.replace(entries);
  }

  get required(): boolean {
    return this.#required;
  }

  replace(entries: readonly KeyEntry[]): void {
    this.#byId = new Map(entries.map((entry) => [entry.id, entry]));
    this.#required ||= entries.length > 0;
  }

  find(token: string): Access | null {
    const entry = this.#byId.get(idOf(token) ?? '');
    if (!isKey(token, entry?.sha256) || !entry) return null;
    return { name: entry.name, scope: entry.scope, organization: entry.organization };
  }
}
