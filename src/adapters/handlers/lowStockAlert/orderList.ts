import { stringify } from 'csv-stringify/sync';
import type { HandlerContext } from '../../../application/api/types.js';
import type { Artifact } from '../../../application/ports/artifacts.js';
import type { Services } from '../services.js';
import { byLocation, type LowItem } from './lowItems.js';

const header = ['location', 'sku', 'name', 'category', 'quantity', 'limit', 'order', 'cost', 'new'];
const rowsAtOnce = 1_000;
const encoder = new TextEncoder();

/** What is low, and how much of it to order, as a file for a spreadsheet. What that would take for a formula is escaped. */
export const keepOrderList = async (
  { artifacts }: Services,
  { organization, jobName, executionId }: HandlerContext,
  low: readonly LowItem[],
  newlyLow: ReadonlySet<string>,
): Promise<Artifact> => {
  const draft = await (await artifacts()).create({ organization, jobName, executionId }, 'low-stock.csv', 'text/csv; charset=utf-8');
  try {
    const rows = byLocation(low).flatMap(([, items]) => items.map((item) => cellsOf(item, newlyLow)));
    await draft.write(textOf([header]));
    for (let from = 0; from < rows.length; from += rowsAtOnce) await draft.write(textOf(rows.slice(from, from + rowsAtOnce)));
    return await draft.commit({ rows: rows.length });
  } finally {
    await draft.discard();
  }
};

const textOf = (rows: (string | number | null)[][]): Uint8Array =>
  encoder.encode(stringify(rows, { escape_formulas: true, record_delimiter: '\r\n' }));

const cellsOf = ({ location, sku, name, category, quantity, limit, order, cost }: LowItem, newlyLow: ReadonlySet<string>) => [
  location,
  sku,
  name,
  category,
  quantity,
  limit,
  order,
  cost,
  newlyLow.has(sku) ? 'new' : '',
];
