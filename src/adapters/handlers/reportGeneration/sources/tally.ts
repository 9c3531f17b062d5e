import type { Bar, Chart, Kind } from '../document.js';

/** Sums by label, of which the largest are drawn. Labels beyond a bound go into the rest, so that memory does not grow with them. */
export class Tally {
  readonly #sums = new Map<string, number>();
  #rest = 0;

  add(label: string | null, value: number): void {
    const name = label ?? 'None';
    const known = this.#sums.get(name);
    if (known === undefined && this.#sums.size >= maxLabels) this.#rest += value;
    else this.#sums.set(name, (known ?? 0) + value);
  }

  /** Null where there is nothing to compare. */
  chart(title: string, kind: Kind): Chart | null {
    const sorted = [...this.#sums].map(([label, value]): Bar => ({ label, value })).filter(({ value }) => value !== 0);
    sorted.sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || (a.label < b.label ? -1 : 1));
    const [bars, others] = [sorted.slice(0, maxBars), sorted.slice(maxBars)];
    const rest = others.reduce((sum, { value }) => sum + value, this.#rest);
    if (bars.length === 0) return null;
    return {
      title,
      kind,
      bars: rest === 0 ? bars : [...bars, { label: `Others${others.length > 0 ? ` (${others.length})` : ''}`, value: rest }],
    };
  }
}

const maxLabels = 10_000;
const maxBars = 8;
