import type { ReportType } from '../schema.js';
import { inventorySummary, lowStock, valuation } from './inventory.js';
import { jobActivity } from './jobActivity.js';
import { stockMovements } from './movements.js';
import type { Asked, Source } from './source.js';

export type { Asked, Source } from './source.js';

export const sources: {
  readonly [type in ReportType]: { readonly title: string; readonly ofPeriod: boolean; open(asked: Asked): Source };
} = {
  inventory_summary: { title: 'Inventory summary', ofPeriod: false, open: inventorySummary },
  stock_movements: { title: 'Stock movements', ofPeriod: true, open: stockMovements },
  valuation: { title: 'Stock valuation', ofPeriod: false, open: valuation },
  low_stock: { title: 'Low stock', ofPeriod: false, open: lowStock },
  job_activity: { title: 'Job activity', ofPeriod: true, open: jobActivity },
};
