import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import type { RecordedMovement } from '../../../application/ports/inventory.js';
import type { Services } from '../services.js';
import { Lists } from './lists.js';
import { recall, remember } from './memory.js';
import { movementIn } from './movementRow.js';
import { skuIn } from './productRow.js';
import { ProductSync } from './productSync.js';
import { DifferenceReport } from './report.js';
import type { Read, Row } from './rows.js';
import type { Parameters } from './schema.js';
import { type Conditions, nameOf, openSource } from './source.js';
import { Tally } from './tally.js';
import { WrongValue } from './values.js';

const batchSize = 500;
const mostRows = 2_000_000;

/** How rows of one kind become what the inventory keeps. */
type Sync<T> = {
  read(row: Row, sku: string): T;
  apply(batch: readonly T[]): Promise<void>;
};

/**
 * Reads a source from its beginning to its end. What a batch has stored stays, whatever comes after: each product is whole, nothing is
 * removed before the source has been read to its end, and a run that was broken off is made good by the next.
 */
export const synchronise = async (services: Services, parameters: Parameters, context: HandlerContext) => {
  const { dryRun, content } = parameters;
  const remembered = await recall(services, parameters, context);
  let conditions: Conditions = {};
  let rowsRead = 0;
  const rows = await openSource(services, parameters, remembered.conditions, context, {
    onProgress: (fraction) => context.progress(fraction, `${rowsRead} rows`),
    onConditions: (found) => {
      conditions = found;
    },
  });
  const about = { source: nameOf(parameters), ...(dryRun && { dryRun }) };
  if (!rows) {
    context.log.info(`${nameOf(parameters)} has not changed`);
    return { message: 'the source has not changed', ...about, notModified: true };
  }
  const report = await DifferenceReport.begin(services, context);
  try {
    const tally = new Tally(report, parameters.maxRejected, context.log);
    const lists = new Lists(remembered.lists);
    const inventory = await services.inventory();
    const dependencies = { inventory, parameters, context, now: services.clock.now(), tally, report, lists };
    const counted = countRows(rows, (count) => {
      rowsRead = count;
    });
    let notRemoved: string | null = null;
    if (content === 'movements') await readAll(counted, movementSync(dependencies), dependencies);
    else {
      const sync = new ProductSync(dependencies);
      const seen = await readAll(counted, sync, dependencies);
      notRemoved = await sync.removeMissing((sku) => seen.has(sku));
      if (notRemoved !== null) context.log.warn(notRemoved);
    }
    const lengths = await lists.store(inventory, context.organization, parameters);
    const { artifactId } = await report.keep();
    // Of what was not stored as the source has it, the next run asks again.
    const settled = tally.counts.rejected === 0 ? conditions : {};
    if (!dryRun) await remember(services, parameters, context, { conditions: settled, lists: lists.names });
    return {
      message: `${dryRun ? 'dry run: ' : ''}${tally.summary}`,
      ...about,
      ...tally.counts,
      ...(Object.keys(lengths).length > 0 && { lists: lengths }),
      ...(tally.rejections.length > 0 && { rejections: tally.rejections }),
      ...(notRemoved !== null && { notRemoved }),
      report: artifactId,
    };
  } finally {
    await report.discard();
  }
};

/** Reads every row once, in batches. Returns the SKUs that there are, also of rows that were rejected. */
const readAll = async <T>(
  rows: AsyncIterable<Read>,
  sync: Sync<T>,
  { context, tally, parameters }: { readonly context: HandlerContext; readonly tally: Tally; readonly parameters: Parameters },
): Promise<ReadonlySet<string>> => {
  const unique = parameters.content === 'products';
  const seen = new Set<string>();
  let batch: T[] = [];
  const apply = async (): Promise<void> => {
    context.signal.throwIfAborted();
    if (batch.length > 0) await sync.apply(batch);
    batch = [];
  };
  for await (const row of rows) {
    tally.counts.rows++;
    if ('fault' in row) {
      await tally.reject(row.where, null, row.fault);
      continue;
    }
    let sku: string | null = null;
    try {
      sku = skuIn(row, parameters.source);
      if (unique && seen.has(sku)) throw new WrongValue('sku', 'is that of an earlier row, which counts');
      if (unique) seen.add(sku);
      batch.push(sync.read(row, sku));
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      await tally.reject(row.where, sku, error.message);
    }
    if (batch.length >= batchSize) await apply();
  }
  await apply();
  return seen;
};

async function* countRows(rows: AsyncIterable<Read>, onCount: (count: number) => void): AsyncGenerator<Read> {
  let count = 0;
  for await (const row of rows) {
    onCount(++count);
    if (count > mostRows) throw new NonRetryableError(`the source has more than ${mostRows} rows`);
    yield row;
  }
}

/** Movements are history: known ones are left alone, and none is ever removed. */
const movementSync = ({ inventory, parameters, context, tally }: ConstructorParameters<typeof ProductSync>[0]): Sync<RecordedMovement> => ({
  read: (row, sku) => movementIn(row, sku, parameters.source),
  apply: async (batch) => {
    const added = parameters.dryRun ? 0 : await inventory.record(context.organization, batch);
    tally.counts.added += added;
    tally.counts.unchanged += parameters.dryRun ? 0 : batch.length - added;
  },
});
