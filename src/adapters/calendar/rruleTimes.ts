import { dayMs, hourMs, minuteMs, modulo, secondMs, type Wall } from './civil.js';
import type { WallTimes } from './dstRule.js';
import { type Fields, fieldTimes } from './fieldTimes.js';
import { rruleDays } from './rruleDays.js';
import { type Frequency, frequencies, type RRule } from './rruleGrammar.js';
import { type Effort, positions } from './rrulePositions.js';
import { members, type Values, valuesOf } from './values.js';

/** The wall times of a rule without its COUNT, UNTIL and beginning; `start` (DTSTART) fills in what the rule leaves open. */
export const rruleTimes = (rule: RRule, start: Wall, effort: Effort): WallTimes => {
  const startDay = Math.floor(start / dayMs);
  const second = Math.floor((start - startDay * dayMs) / secondMs);
  const coarser = (freq: Frequency): boolean => frequencies.indexOf(rule.freq) > frequencies.indexOf(freq);
  const field = (by: readonly number[], coarse: boolean, ofStart: number, size: number): Values =>
    valuesOf(by.length > 0 ? by.filter((value) => value < size) : coarse ? [ofStart] : Array.from({ length: size }, (_, value) => value));
  const seconds = field(rule.bySecond, coarser('SECONDLY'), second % 60, 60);
  const minutes = field(rule.byMinute, coarser('MINUTELY'), Math.floor(second / 60) % 60, 60);
  const hours = field(rule.byHour, coarser('HOURLY'), Math.floor(second / 3600), 24);
  // A minute has no second 60 here, so BYSECOND=60 alone is a rule without occurrences.
  if (members(seconds).length === 0) return never;
  const fields: Fields = { seconds, minutes, hours, daysIn: rruleDays(rule, startDay) };
  const times = everyNth(rule, start, fieldTimes(fields), effort);
  return rule.bySetPos.length === 0 ? times : positions(rule, times, fields, effort);
};

const never: WallTimes = { atOrAfter: () => Infinity, atOrBefore: () => -Infinity };

/** INTERVAL of the frequencies below a day; above it is a matter of days. */
const everyNth = ({ freq, interval }: RRule, start: Wall, times: WallTimes, effort: Effort): WallTimes => {
  const unit = freq === 'HOURLY' ? hourMs : freq === 'MINUTELY' ? minuteMs : freq === 'SECONDLY' ? secondMs : null;
  if (unit === null || interval === 1) return times;
  const first = Math.floor(start / unit);
  const missedBy = (wall: Wall): number => modulo(Math.floor(wall / unit) - first, interval);
  return {
    atOrAfter: (wall) => {
      let found = times.atOrAfter(wall);
      while (Number.isFinite(found)) {
        const missed = missedBy(found);
        if (missed === 0) return found;
        if (effort.left-- <= 0) return Infinity;
        found = times.atOrAfter((Math.floor(found / unit) - missed + interval) * unit);
      }
      return found;
    },
    atOrBefore: (wall) => {
      let found = times.atOrBefore(wall);
      while (Number.isFinite(found)) {
        const missed = missedBy(found);
        if (missed === 0) return found;
        if (effort.left-- <= 0) return -Infinity;
        found = times.atOrBefore((Math.floor(found / unit) - missed + 1) * unit - 1);
      }
      return found;
    },
  };
};
