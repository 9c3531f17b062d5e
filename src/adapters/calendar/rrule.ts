import type { RRuleSchedule } from '../../domain/schedule/schedule.js';
import { dayMs, hourMs, lastWall, minuteMs, secondMs, type Wall } from './civil.js';
import { nextInstant, prevInstant, type WallTimes } from './dstRule.js';
import { remember } from './remember.js';
import { longestRRule, type ReadRRule, type RRule, readRRule } from './rruleGrammar.js';
import type { Effort } from './rrulePositions.js';
import { rruleTimes } from './rruleTimes.js';
import { localAt, type Zone } from './zone.js';

// rrule-temporal is the oracle of the tests, not the engine: it has no bound on COUNT that this could keep, skips wall times that do not
// exist, ignores parts it does not know, and takes 20 to 500 us where the bitmaps of cron take one.

export const rruleFaults = (text: string): readonly string[] => {
  const read = text.length > longestRRule ? readRRule(text) : rememberedRule(text);
  return read.ok ? countFaults(read.rule) : read.faults;
};

export const nextOfRRule = (schedule: RRuleSchedule, zone: Zone, after: number): number | null => {
  const { walls, until } = timesOf(schedule, zone);
  const found = nextInstant(walls, zone, after, 'once');
  return found !== null && found <= until ? found : null;
};

export const prevOfRRule = (schedule: RRuleSchedule, zone: Zone, before: number): number | null => {
  const { walls, until } = timesOf(schedule, zone);
  return prevInstant(walls, zone, Math.min(before, until + 1), 'once');
};

/** Wall times from DTSTART to COUNT or a local UNTIL; an UNTIL in UTC bounds the instants instead. */
type Times = { readonly walls: WallTimes; readonly until: number };

export const timesOf = ({ rrule, anchor }: Pick<RRuleSchedule, 'rrule' | 'anchor'>, zone: Zone): Times =>
  rememberedTimes(`${Math.floor(localAt(zone, anchor) / secondMs)};${rrule}`);

const rememberedRule = remember(1024, (text: string): ReadRRule => readRRule(text));

const rememberedTimes = remember(1024, (key: string): Times => {
  const end = key.indexOf(';');
  const start = Number(key.slice(0, end)) * secondMs;
  const read = rememberedRule(key.slice(end + 1));
  if (!read.ok) throw new Error(`Not an RRULE: ${read.faults.join('; ')}`);
  const { rule } = read;
  const effort: Effort = { left: searchEffort };
  const times = rruleTimes(rule, start, effort);
  const last = lastOf(rule, start, times, effort);
  const walls: WallTimes = {
    atOrAfter: (wall) => {
      effort.left = searchEffort;
      const found = times.atOrAfter(Math.max(wall, start));
      return found <= last ? found : Infinity;
    },
    atOrBefore: (wall) => {
      effort.left = searchEffort;
      const found = times.atOrBefore(Math.min(wall, last));
      return found >= start ? found : -Infinity;
    },
  };
  return { walls, until: rule.until !== null && 'instant' in rule.until ? rule.until.instant : Infinity };
});

// Enough for one candidate a day over 100 years, and for any COUNT that is accepted of a rule whose candidates mostly hit. A rule that is
// harder to search or count is one that never fires.
const searchEffort = 40_000;
const countingEffort = 200_000;

const lastOf = (rule: RRule, start: Wall, times: WallTimes, effort: Effort): Wall => {
  if (rule.until !== null && 'wall' in rule.until) return rule.until.wall;
  if (rule.count === null) return Infinity;
  const unit = plainUnit(rule);
  if (unit !== null) return start + (rule.count - 1) * rule.interval * unit;
  let last = times.atOrAfter(start);
  effort.left = countingEffort;
  for (let found = 1; found < rule.count && last <= lastWall; found++) {
    effort.left -= 1;
    last = times.atOrAfter(last + 1);
  }
  return effort.left < 0 ? -Infinity : last;
};

/** Longer counts are refused where every occurrence has to be walked to find the last. */
const longestWalk = 100_000;
const countFaults = (rule: RRule): readonly string[] =>
  rule.count === null || rule.count <= longestWalk || !hasByParts(rule)
    ? []
    : [`COUNT of a rule with BY parts is at most ${longestWalk}; use UNTIL, endAt or maxRuns`];

/** The unit of a rule whose occurrences lie at equal distances on the clock. */
const plainUnit = (rule: RRule): number | null => (hasByParts(rule) ? null : units[rule.freq]);
const units = { SECONDLY: secondMs, MINUTELY: minuteMs, HOURLY: hourMs, DAILY: dayMs, WEEKLY: 7 * dayMs, MONTHLY: null, YEARLY: null };

const hasByParts = (rule: RRule): boolean =>
  [rule.bySecond, rule.byMinute, rule.byHour, rule.byDay, rule.byMonthDay, rule.byYearDay, rule.byWeekNo, rule.byMonth].some(
    (list) => list.length > 0,
  );
