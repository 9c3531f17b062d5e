export { createCalendar } from './calendar.js';
export type { Calculator } from './custom.js';
export type { ScheduleIssue } from './input.js';
export { nextOccurrences, type OccurrenceQuery } from './nextOccurrences.js';
export { oncePastLimitMs, type ParsedSchedule, parseSchedule } from './parseSchedule.js';
export { presentSchedule, type ScheduleInput } from './presentSchedule.js';
export { type PreviewEntry, previewSchedule } from './preview.js';
