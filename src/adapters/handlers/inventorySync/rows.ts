/** One record of a source, whatever its format. */
export type Row = {
  /** For people, such as `line 12`. */
  readonly where: string;
  /** What stands under a name; undefined where there is no such column or member. */
  value(name: string): unknown;
};

/** A record that cannot be read: not even which product it is of. */
export type BrokenRow = { readonly where: string; readonly fault: string };
export type Read = Row | BrokenRow;

/** Columns and members that mean the same: `Reorder Point`, `reorder_point` and `reorderPoint`. */
export const plainName = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

/** Nothing longer is held in memory, or believed to be a record. */
export const longestRecord = 256 * 1024;
