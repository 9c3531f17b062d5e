import { DateTime } from 'luxon';
import type { Period } from '../../../application/ports/inventory.js';
import { instant } from '../../../domain/instant.js';
import type { Parameters } from './schema.js';

/** The period that a report tells of: whole days, months or years of its time zone, or as it is given. */
export const periodOf = ({ period = 'last_30_days', timezone }: Parameters, at: Date): Period => {
  if (typeof period === 'object') return { from: instant(Date.parse(period.from)), to: instant(Date.parse(period.to)) };
  const now = DateTime.fromJSDate(at, { zone: timezone });
  const [today, month, year] = [now.startOf('day'), now.startOf('month'), now.startOf('year')];
  const spans: { readonly [name in typeof period]: readonly [from: DateTime, to: DateTime] } = {
    today: [today, now],
    yesterday: [today.minus({ days: 1 }), today],
    last_7_days: [today.minus({ days: 7 }), now],
    last_30_days: [today.minus({ days: 30 }), now],
    this_month: [month, now],
    last_month: [month.minus({ months: 1 }), month],
    this_year: [year, now],
  };
  const [from, to] = spans[period];
  return { from: instant(from.toMillis()), to: instant(Math.max(to.toMillis(), from.toMillis() + 1)) };
};
