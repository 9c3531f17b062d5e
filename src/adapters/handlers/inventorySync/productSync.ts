import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import type { InventoryReader, InventoryWriter, Product } from '../../../application/ports/inventory.js';
import type { Instant } from '../../../domain/instant.js';
import type { Lists } from './lists.js';
import { differences, mergedWith, type ProductPatch, patchIn } from './productRow.js';
import type { DifferenceReport } from './report.js';
import type { Row } from './rows.js';
import type { Parameters } from './schema.js';
import type { Tally } from './tally.js';
import { WrongValue } from './values.js';

type Dependencies = {
  readonly inventory: InventoryReader & InventoryWriter;
  readonly parameters: Parameters;
  readonly context: HandlerContext;
  readonly now: Instant;
  readonly tally: Tally;
  readonly report: DifferenceReport;
  readonly lists: Lists;
};

type Waiting = { readonly where: string; readonly patch: ProductPatch };

const removedAtOnce = 500;

/** Products of a source: batches are compared with what the inventory has, and only what differs is written. */
export class ProductSync {
  constructor(private readonly dependencies: Dependencies) {}

  read(row: Row, sku: string): Waiting {
    return { where: row.where, patch: patchIn(row, sku, this.dependencies.parameters.source) };
  }

  async apply(batch: readonly Waiting[]): Promise<void> {
    const { inventory, parameters, context, now, tally, lists } = this.dependencies;
    const known = await inventory.find(
      context.organization,
      batch.map(({ patch }) => patch.sku),
    );
    const changed: Product[] = [];
    for (const { where, patch } of batch) {
      try {
        const before = known.get(patch.sku);
        const product = mergedWith(before, patch, now);
        if (await this.#report(before, product)) changed.push(product);
        lists.note(patch);
      } catch (error) {
        if (!(error instanceof WrongValue)) throw error;
        await tally.reject(where, patch.sku, error.message);
      }
    }
    const { jobName, executionId, organization } = context;
    if (changed.length > 0 && !parameters.dryRun)
      await inventory.put(organization, changed, { reason: `inventory_sync ${jobName}`, at: now, key: executionId });
  }

  /** Removes what the source no longer has, if that is wanted and plausible. Returns why it was left, if it was. */
  async removeMissing(isThere: (sku: string) => boolean): Promise<string | null> {
    const { inventory, parameters, context, tally, report } = this.dependencies;
    if (!parameters.deleteMissing) return null;
    if (tally.nameless > 0)
      return `nothing was removed, since not every row says of which product it is: ${tally.nameless} of ${tally.counts.rows} rows`;
    const missing: string[] = [];
    let all = 0;
    for await (const { sku } of inventory.products(context.organization)) {
      all++;
      if (!isThere(sku)) missing.push(sku);
    }
    const before = all - (parameters.dryRun ? 0 : tally.counts.added);
    this.#refuseTooMany(missing.length, before);
    for (let from = 0; from < missing.length; from += removedAtOnce) {
      context.signal.throwIfAborted();
      const skus = missing.slice(from, from + removedAtOnce);
      if (!parameters.dryRun) await inventory.remove(context.organization, skus);
      for (const sku of skus) await report.add({ what: 'removed', sku });
    }
    tally.counts.removed = missing.length;
    return null;
  }

  #refuseTooMany(missing: number, before: number): void {
    const { maxDeleteShare } = this.dependencies.parameters;
    if (missing <= maxDeleteShare * before) return;
    const percent = (share: number) => `${Math.round(share * 100)} %`;
    throw new NonRetryableError(
      `the source lacks ${missing} of ${before} products (${percent(missing / before)}), and at most ${percent(maxDeleteShare)} are removed` +
        ' at once: nothing was removed. If that is right, run it once with maxDeleteShare 1',
    );
  }

  /** Whether there is a difference. */
  async #report(before: Product | undefined, product: Product): Promise<boolean> {
    const { report, tally } = this.dependencies;
    const { sku, name, quantity } = product;
    if (!before) {
      tally.counts.added++;
      await report.add({ what: 'added', sku, after: quantity, field: 'quantity', note: name });
      return true;
    }
    const found = differences(before, product);
    for (const difference of found) await report.add({ what: 'changed', sku, ...difference });
    tally.counts[found.length > 0 ? 'changed' : 'unchanged']++;
    return found.length > 0;
  }
}
