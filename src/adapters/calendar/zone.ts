import type { Millis } from '../../domain/instant.js';
import { dayMs, type Wall } from './civil.js';
import { remember } from './remember.js';

/** A stretch of time, `end` excluded, with one offset to UTC; local = UTC + offset. */
type Stretch = {
  readonly start: number;
  readonly end: number;
  readonly offset: Millis;
  /** When the clocks were last changed, if that is less than two days before `start`, and the offset until then. Equal offsets: no change. */
  readonly changedAt: number;
  readonly offsetBefore: Millis;
};
export type Zone = { readonly name: string; readonly stretchAt: (at: number) => Stretch };

const zoneName = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/;
const longestZoneName = 64;

/** Whether the text is an IANA zone name that this Node knows (schedule-semantics 1.2). */
export const isZone = (name: string): boolean => {
  if (name.length > longestZoneName || !zoneName.test(name)) return false;
  try {
    zoneOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

/** Throws a RangeError for a name that `isZone` refuses. */
export const zoneOf = remember(512, (name: string): Zone => (name === 'UTC' ? utc : openZone(name)));

const utc: Zone = {
  name: 'UTC',
  stretchAt: () => always,
};
const always: Stretch = { start: -Infinity, end: Infinity, offset: 0, changedAt: -Infinity, offsetBefore: 0 };

// Asking Intl for an offset costs a microsecond and more, so clock changes are found once per zone and block of time, and kept.
const blockMs = 100 * dayMs;
const blocksKept = 128;
const leadMs = 2 * dayMs;
// No zone since 1970 changed its clocks twice within a week and ended where it began; a test walks all of them.
const probeMs = 4 * dayMs;

const openZone = (name: string): Zone => {
  const offsetAt = offsetReader(name);
  let blocks = new Map<number, readonly Stretch[]>();
  let latest: Stretch | undefined;

  const blockAt = (at: number): readonly Stretch[] => {
    const index = Math.floor(at / blockMs);
    const known = blocks.get(index);
    if (known !== undefined) return known;
    const found = stretchesBetween(offsetAt, index * blockMs, (index + 1) * blockMs);
    if (blocks.size >= blocksKept) blocks = new Map();
    blocks.set(index, found);
    return found;
  };

  const stretchAt = (at: number): Stretch => {
    if (latest !== undefined && latest.start <= at && at < latest.end) return latest;
    const found = blockAt(at).find(({ end }) => at < end);
    if (found === undefined) throw new RangeError(`No offset of ${name} at ${at}`);
    latest = found;
    return found;
  };

  return { name, stretchAt };
};

const stretchesBetween = (offsetAt: (at: number) => Millis, start: number, end: number): readonly Stretch[] => {
  const stretches: Stretch[] = [];
  let changedAt = start - leadMs;
  let offset = offsetAt(changedAt);
  let offsetBefore = offset;
  for (let at = changedAt; at < end; ) {
    const next = Math.min(at + probeMs, end);
    const offsetNext = offsetAt(next);
    if (offsetNext !== offset) {
      const change = firstSecondWithout(offset, offsetAt, at, next);
      if (change > start)
        stretches.push({ start: Math.max(changedAt, start), end: Math.min(change, end), offset, changedAt, offsetBefore });
      changedAt = change;
      offsetBefore = offset;
      offset = offsetNext;
    }
    at = next;
  }
  if (changedAt < end) stretches.push({ start: Math.max(changedAt, start), end, offset, changedAt, offsetBefore });
  return stretches;
};

/** Clocks change at whole seconds: bisect between an instant that has the offset and a later one that has not. */
const firstSecondWithout = (offset: Millis, offsetAt: (at: number) => Millis, withIt: number, withoutIt: number): number => {
  let low = withIt;
  let high = withoutIt;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (offsetAt(middle) === offset) low = middle;
    else high = middle;
  }
  return high;
};

const offsetReader = (timeZone: string): ((at: number) => Millis) => {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', year: 'numeric' });
  return (at) => readOffset(format.format(at));
};

const offsetText = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;
/** `2024, GMT-03:30` in milliseconds; UTC itself is written as bare `GMT`. */
const readOffset = (text: string): Millis => {
  const match = offsetText.exec(text);
  if (match === null) throw new Error(`Intl.DateTimeFormat wrote an offset as ${JSON.stringify(text)}`);
  const [, sign = '+', hours = '0', minutes = '0', seconds = '0'] = match;
  return (sign === '-' ? -1000 : 1000) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
};

export const localAt = (zone: Zone, at: number): Wall => at + zone.stretchAt(at).offset;
