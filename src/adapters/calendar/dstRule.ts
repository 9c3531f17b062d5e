import { dayMs, lastInstant, type Wall } from './civil.js';
import type { Zone } from './zone.js';

/** A set of wall times. */
export type WallTimes = {
  /** Its first member at or after the reading; Infinity when none follows. */
  readonly atOrAfter: (wall: Wall) => Wall;
  /** Its last member at or before the reading; -Infinity when none precedes. */
  readonly atOrBefore: (wall: Wall) => Wall;
};

/**
 * How wall times become instants where clocks change (schedule-semantics 2 and 3).
 * `once`: each exactly once; the first of two passes, and a missing one is read with the offset before the gap.
 * `everyPass`: every instant at which a clock shows a member, so both passes, and nothing for a missing one.
 */
export type Passes = 'once' | 'everyPass';

// More than any clock change and any offset to UTC: beyond this a wall time and an instant cannot overtake one another.
const reach = 2 * dayMs;

/** The first instant strictly later than `after`; null when none follows among the supported ones. */
export const nextInstant = (walls: WallTimes, zone: Zone, after: number, passes: Passes): number | null => {
  let from = Math.max(after + 1, 0);
  while (from <= lastInstant) {
    const { end, offset, changedAt, offsetBefore } = zone.stretchAt(from);
    const change = offset - offsetBefore;
    const unseen = passes === 'once' && change < 0 ? Math.max(from, changedAt - change) : from;
    const wall = walls.atOrAfter(unseen + offset);
    let found = wall - offset;
    if (passes === 'once' && from < changedAt + change) {
      const missing = walls.atOrAfter(from + offsetBefore);
      if (missing < changedAt + offset) found = Math.min(found, missing - offsetBefore);
    }
    if (found < end) return found <= lastInstant ? found : null;
    // Once the last two days were searched in vain, no repeated reading can match before the next member does.
    from = end - after > reach ? Math.max(end, Math.min(wall - reach, found)) : end;
  }
  return null;
};

/** The last instant strictly earlier than `before`; null when none precedes among the supported ones. */
export const prevInstant = (walls: WallTimes, zone: Zone, before: number, passes: Passes): number | null => {
  let until = Math.min(before - 1, lastInstant);
  while (until >= 0) {
    const { start, offset, changedAt, offsetBefore } = zone.stretchAt(until);
    const change = offset - offsetBefore;
    const wall = walls.atOrBefore(until + offset);
    const seen = passes === 'once' && wall - offset < changedAt - change;
    let found = seen ? -Infinity : wall - offset;
    if (passes === 'once' && change > 0) {
      const missing = walls.atOrBefore(Math.min(until + offsetBefore, changedAt + offset - 1));
      if (missing >= changedAt + offsetBefore) found = Math.max(found, missing - offsetBefore);
    }
    if (found >= start) return found >= 0 ? found : null;
    // Just after a change the readings searched in vain may be those whose first pass is still to come.
    until = change === 0 && before - start > reach ? Math.min(start - 1, Math.max(wall + reach, found)) : start - 1;
  }
  return null;
};
