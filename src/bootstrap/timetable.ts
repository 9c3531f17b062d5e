import { readInstant } from '../adapters/calendar/dateValue.js';
import {
  type Calculator,
  createCalendar,
  type PreviewEntry,
  parseSchedule,
  presentSchedule,
  previewSchedule,
} from '../adapters/calendar/index.js';
import { readJsonObject } from '../adapters/calendar/inputJson.js';
import { createJobInput, type ParametersCheck } from '../adapters/input/jobInput.js';
import { systemClock } from '../adapters/system/systemClock.js';
import { argument, countOf, fieldsOf, together } from '../application/api/arguments.js';
import { accepted } from '../application/api/jobCommands.js';
import type { InstantInput } from '../application/api/types.js';
import type { JobInputParser } from '../application/ports/jobInput.js';
import type { Instant } from '../domain/instant.js';
import type { Calendar } from '../domain/schedule/calendar.js';

export type Preview = { readonly after?: InstantInput; readonly count?: number };

/** The calendar, and what reads users' schedules with it. */
export type Timetable = {
  readonly calendar: Calendar;
  readonly input: JobInputParser;
  readonly preview: (schedule: unknown, now: Instant, options?: Preview) => readonly PreviewEntry[];
};

const mostPreviewed = 100;

export const createTimetable = (calculators: ReadonlyMap<string, Calculator>, checkParameters: ParametersCheck = () => []): Timetable => {
  const calendar = createCalendar(calculators, () => systemClock.monotonic());
  const input = createJobInput({
    readSchedule: (schedule, now, owner) => {
      const parsed = parseSchedule(schedule, { now, owner, calendar, calculators });
      return parsed.ok ? { ok: true, value: parsed.schedule } : parsed;
    },
    presentSchedule,
    readInstant,
    readJsonObject,
    checkParameters,
  });
  return {
    calendar,
    input,
    preview: (schedule, now, options) => {
      const { after, count = 10 } = fieldsOf('options', options);
      const owner = { jobId: 'preview', organization: 'default' };
      const [read, from] = together(
        () => accepted(input.schedule(schedule, now, owner)),
        () => (after === undefined ? now : argument(input.instant(after, 'after'))),
        () => countOf('count', count, mostPreviewed),
      );
      return previewSchedule(read, { after: from, count, owner, calendar });
    },
  };
};
