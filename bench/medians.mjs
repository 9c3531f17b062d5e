import { median } from './measure.mjs';

/** One level of names, so that medians can be taken of every figure: `herdMs.p50`. */
const flat = (figures, prefix = '') =>
  Object.entries(figures).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null ? flat(value, `${prefix}${name}.`) : [[`${prefix}${name}`, value]],
  );

/** By `row/workload/subject`, the median of every figure over the rounds that could be measured. */
export const mediansOf = ({ measurements }) => {
  const groups = Map.groupBy
    ? Map.groupBy(measurements, keyOf)
    : measurements.reduce((map, m) => map.set(keyOf(m), [...(map.get(keyOf(m)) ?? []), m]), new Map());
  const medians = new Map();
  for (const [key, rounds] of groups) {
    const measured = rounds.filter(({ ok }) => ok).map(({ figures }) => new Map(flat(figures)));
    if (measured.length === 0) continue;
    const names = [...measured[0].keys()];
    medians.set(key, Object.fromEntries(names.map((name) => [name, median(measured.map((figures) => figures.get(name)))])));
  }
  return medians;
};

export const keyOf = ({ row, workload, subject, variant }) => [row, workload, subject, ...(variant ? [variant] : [])].join('/');
