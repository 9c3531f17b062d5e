export { createCalendar } from './calendar.js';
export type { Calculator } from './custom.js';
export { nextOccurrences } from './nextOccurrences.js';
export { type ParsedSchedule, parseSchedule } from './parseSchedule.js';
export { presentSchedule } from './presentSchedule.js';
export { type PreviewEntry, previewSchedule } from './preview.js';
