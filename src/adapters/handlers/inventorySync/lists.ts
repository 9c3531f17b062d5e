import type { InventoryReader, InventoryWriter } from '../../../application/ports/inventory.js';
import type { ProductPatch } from './productRow.js';
import type { Parameters } from './schema.js';

/** Lists of products, such as critical_items, as the rows of a source name them. */
export class Lists {
  readonly #touched = new Set<string>();
  readonly #members = new Map<string, string[]>();

  /** `remembered`: lists that an earlier run has made, of which there may be no row any more. */
  constructor(remembered: readonly string[]) {
    for (const name of remembered) this.#members.set(name, []);
  }

  get names(): readonly string[] {
    return [...this.#members.keys()].sort();
  }

  note({ sku, lists }: ProductPatch): void {
    if (!lists) return;
    this.#touched.add(sku);
    for (const name of lists) {
      const members = this.#members.get(name);
      if (members) members.push(sku);
      else this.#members.set(name, [sku]);
    }
  }

  /** A full source says all of a list; another one only what its own rows say. Returns how long they are. */
  async store(
    inventory: InventoryReader & InventoryWriter,
    organization: string,
    { mode, dryRun }: Parameters,
  ): Promise<{ readonly [name: string]: number }> {
    const lengths: [string, number][] = [];
    if (this.#touched.size === 0) return {};
    for (const [name, members] of this.#members) {
      const before = mode === 'full' ? [] : ((await inventory.list(organization, name)) ?? []);
      const skus = [...new Set([...before.filter((sku) => !this.#touched.has(sku)), ...members])].sort();
      if (!dryRun) await inventory.putList(organization, name, skus);
      lengths.push([name, skus.length]);
    }
    return Object.fromEntries(lengths);
  }
}
