import type { Cell, Kind } from '../document.js';

export type Format = (kind: Kind, value: Cell) => string;

type Manner = { readonly locale: string; readonly timeZone: string; readonly currency: string | null };

/** Writes values as people of a locale do; an absent value is a dash. */
export const createFormat = ({ locale, timeZone, currency }: Manner): Format => {
  const quantity = new Intl.NumberFormat(locale, { maximumFractionDigits: 3 });
  const money = currency
    ? new Intl.NumberFormat(locale, { style: 'currency', currency })
    : new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const instant = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  return (kind, value) => {
    if (value === null) return '–';
    if (typeof value === 'string') return value;
    switch (kind) {
      case 'text':
      case 'status':
        return String(value);
      case 'quantity':
        return quantity.format(value);
      case 'money':
        return money.format(value);
      case 'share':
        return share.format(value);
      case 'instant':
        return instant.format(value);
      case 'duration':
        return durationText(value, quantity);
    }
  };
};

const durationText = (ms: number, number: Intl.NumberFormat): string => {
  if (ms < 1_000) return `${number.format(Math.round(ms))} ms`;
  if (ms < 60_000) return `${number.format(Math.round(ms / 100) / 10)} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
