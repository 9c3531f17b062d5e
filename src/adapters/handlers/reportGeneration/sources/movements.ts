import type { Row, Summary } from '../document.js';
import { productFilter } from './inventory.js';
import type { Asked, Source } from './source.js';
import { Tally } from './tally.js';

/** What came in and went out, in the order of time. */
export const stockMovements = ({ services, parameters, context, period }: Asked): Source => {
  const byReason = new Tally();
  const sum = { movements: 0, in: 0, out: 0 };
  async function* rows(): AsyncGenerator<Row> {
    const inventory = await services.inventory();
    for await (const m of inventory.movements(context.organization, period, productFilter(parameters.filters))) {
      sum.movements++;
      if (m.change > 0) sum.in += m.change;
      else sum.out -= m.change;
      byReason.add(m.reason, m.change);
      yield [m.at, m.sku, m.location, m.reason, m.change > 0 ? m.change : null, m.change < 0 ? -m.change : null, m.quantityAfter];
    }
  }
  const summary = (): Summary => ({
    figures: [
      { label: 'Movements', kind: 'quantity', value: sum.movements },
      { label: 'Units in', kind: 'quantity', value: sum.in },
      { label: 'Units out', kind: 'quantity', value: sum.out },
      { label: 'Net change', kind: 'quantity', value: sum.in - sum.out },
    ],
    chart: byReason.chart('Net change by reason', 'quantity'),
    totals: [null, null, null, null, sum.in, sum.out, null],
  });
  return {
    columns: [
      { title: 'When', kind: 'instant', weight: 15 },
      { title: 'SKU', kind: 'text', weight: 16 },
      { title: 'Location', kind: 'text', weight: 16 },
      { title: 'Reason', kind: 'text', weight: 26 },
      { title: 'In', kind: 'quantity', weight: 9 },
      { title: 'Out', kind: 'quantity', weight: 9 },
      { title: 'In stock after', kind: 'quantity', weight: 12 },
    ],
    rows: rows(),
    summary,
  };
};
