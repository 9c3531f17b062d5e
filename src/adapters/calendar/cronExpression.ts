import { macros } from './cronFields.js';
import { type CronItem, cronItem } from './cronItem.js';

/** One field as written: whether it is exactly `*` or `?`, and what its items mean. */
export type CronField = { readonly open: boolean; readonly items: readonly CronItem[] };
/** A reading of the grammar of schedule-semantics 3: six fields, second first, or what is wrong with the text. */
export type CronExpression =
  | { readonly ok: true; readonly fields: readonly CronField[]; readonly hashed: boolean }
  | { readonly ok: false; readonly faults: readonly string[] };

export const longestExpression = 256;

export const readCron = (expression: string): CronExpression => {
  if (expression.length > longestExpression)
    return wrong(`an expression has at most ${longestExpression} characters; this one has ${expression.length}`);
  if (/[^\t\x20-\x7e]/.test(expression)) return wrong('write ASCII characters on one line, with blanks or tabs between the fields');
  const text = expression.trim().toUpperCase();
  if (text === '') return wrong('the expression is empty; write five fields (minute hour day month weekday), such as 0 9 * * MON-FRI');
  if (/^(?:CRON_)?TZ=/.test(text)) return wrong('leave out the zone and give it as timezone beside the expression');
  if (text.startsWith('@')) {
    const expansion = macros.get(text);
    return expansion === undefined ? wrong(unknownMacro(text)) : readFields(expansion);
  }
  return readFields(text);
};

const readFields = (text: string): CronExpression => {
  const written = text.split(/[ \t]+/);
  if (written.length === 5) written.unshift('0');
  if (written.length !== 6) return wrong(wrongCount(written.length));
  const fields = written.map((field, index): CronField => {
    const dayField = index === 3 || index === 5;
    if (field === '*' || (field === '?' && dayField)) return { open: true, items: [cronItem(index, '*')] };
    return { open: false, items: field.split(',').map((item) => cronItem(index, item)) };
  });
  const items = fields.flatMap((field) => field.items);
  const faults = items.flatMap((item) => (item.kind === 'fault' ? [item.message] : []));
  if (faults.length > 0) return { ok: false, faults: [...new Set(faults)] };
  return { ok: true, fields, hashed: items.some((item) => item.kind === 'hash') };
};

const wrong = (fault: string): CronExpression => ({ ok: false, faults: [fault] });

const wrongCount = (count: number): string => {
  const expected = 'write five fields (minute hour day month weekday), or six with seconds first';
  return count > 6 ? `${expected}; this has ${count}. There is no year field: use startAt and endAt` : `${expected}; this has ${count}`;
};

const unknownMacro = (text: string): string => {
  const every = /^@EVERY[ \t]+(\d{1,9})([SMH])$/.exec(text);
  const unit = every?.[2] === 'S' ? 'seconds' : every?.[2] === 'M' ? 'minutes' : 'hours';
  if (every) return `@every is not supported; use interval: { value: ${Number(every[1])}, unit: '${unit}' } instead of a cron expression`;
  if (text.startsWith('@EVERY')) return '@every is not supported; use an interval instead of a cron expression';
  if (text === '@REBOOT') return '@reboot is an event, not a time; run the job when your service starts';
  return `there is no such macro; write one of ${[...macros.keys()].join(' ').toLowerCase()}`;
};
