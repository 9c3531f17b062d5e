import type { Access, ApiKeys } from '../../application/ports/apiKeys.js';
import { idOf, isKey } from './apiKey.js';
import type { KeyEntry } from './keyList.js';

/** The keys as they were read last. Once one was needed it always is: that all are withdrawn opens nothing. */
export class KeyRing implements ApiKeys {
  #byId: ReadonlyMap<string, KeyEntry> = new Map();
  #required = false;

  /** A list of keys makes one needed even where it is empty. */
  constructor(entries: readonly KeyEntry[], hasList = entries.length > 0) {
    this.replace(entries, hasList);
  }

  get required(): boolean {
    return this.#required;
  }

  replace(entries: readonly KeyEntry[], hasList = entries.length > 0): void {
    this.#byId = new Map(entries.map((entry) => [entry.id, entry]));
    this.#required ||= hasList;
  }

  find(token: string): Access | null {
    const entry = this.#byId.get(idOf(token) ?? '');
    if (!isKey(token, entry?.sha256) || !entry) return null;
    return { name: entry.name, scope: entry.scope, organization: entry.organization };
  }
}
