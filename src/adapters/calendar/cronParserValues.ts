import { CronExpressionParser } from 'cron-parser';
import type { FieldName } from './cronFields.js';
import { type Values, valuesOf } from './values.js';

// cron-parser is asked for the values of one checked item at a time, and each item once: a whole expression takes it about 40 us, and
// lists, names and steps are not always read as the rules here say. It never sees text from outside, and never searches for a time.
const options = { tz: 'UTC', hashSeed: 'unused', currentDate: new Date(0) };

/** Values `from`, `from + step`, ... up to `to`; for weekdays 7 is folded onto 0. */
export const valuesByCronParser = (field: FieldName, from: number, to: number, step: number): Values => {
  const item = from === to ? `${from}` : `${from}-${to}/${step}`;
  switch (field) {
    case 'second':
      return numbers(CronExpressionParser.parse(`${item} * * * * *`, options).fields.second.values);
    case 'minute':
      return numbers(CronExpressionParser.parse(`0 ${item} * * * *`, options).fields.minute.values);
    case 'hour':
      return numbers(CronExpressionParser.parse(`0 0 ${item} * * *`, options).fields.hour.values);
    case 'day':
      return numbers(CronExpressionParser.parse(`0 0 0 ${item} * *`, options).fields.dayOfMonth.values);
    case 'month':
      return numbers(CronExpressionParser.parse(`0 0 0 1 ${item} *`, options).fields.month.values);
    case 'weekday':
      return numbers(CronExpressionParser.parse(`0 0 0 * * ${item}`, options).fields.dayOfWeek.values, 7);
  }
};

const numbers = (values: readonly (number | string)[], modulus = 60): Values =>
  valuesOf(values.filter((value) => typeof value === 'number').map((value) => value % modulus));
