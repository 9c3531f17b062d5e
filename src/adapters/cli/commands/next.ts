import type { IntervalInput, ScheduleInput } from '../../../application/api/types.js';
import type { CliEnvironment } from '../environment.js';
import { namingOptions, UsageError } from '../failure.js';
import { tableLines } from '../format/table.js';
import { absolute, relative, wallClock } from '../format/time.js';
import type { Commands, Invocation } from '../invocation.js';
import { isoInstant, wholeNumber } from '../options.js';

type Options = {
  readonly cron?: string;
  readonly every?: string;
  readonly rrule?: string;
  readonly tz?: string;
  readonly after?: Date;
  readonly count: number;
};

export const nextCommand: Commands = (program, run, environment) => {
  program
    .command('next')
    .description('show when a schedule would run, without any store')
    .option('--cron <expression>', "a cron expression, such as '0 9 * * 1'")
    .option('--every <interval>', "an interval, such as '2 hours'")
    .option('--rrule <rule>', "a recurrence rule, such as 'FREQ=MONTHLY;BYMONTHDAY=-1'")
    .option('--tz <zone>', 'time zone of the schedule, such as Europe/London', 'UTC')
    .option('--after <instant>', 'start here instead of now (ISO 8601)', isoInstant(environment))
    .option('--count <count>', 'how many', wholeNumber(1), 5)
    .action(run(next));
};

const next = async (invocation: Invocation, options: Options): Promise<undefined> => {
  const { terminal, json, now, environment } = invocation;
  const { tz = 'UTC', after = now, count } = options;
  const instants = occurrences(environment, scheduleOf(options), { after, count });
  if (json) terminal.printJson(instants);
  else if (instants.length === 0) terminal.note('No run follows.');
  else terminal.print(...table(instants, tz, invocation));
  return undefined;
};

const occurrences = ({ nextOccurrences }: CliEnvironment, ...asked: Parameters<CliEnvironment['nextOccurrences']>): readonly Date[] => {
  try {
    return nextOccurrences(...asked);
  } catch (error) {
    throw namingOptions(error, optionNames);
  }
};

const optionNames = {
  'schedule.cronExpression': '--cron',
  'schedule.interval': '--every',
  'schedule.rrule': '--rrule',
  'schedule.timezone': '--tz',
};

const scheduleOf = ({ cron, every, rrule, tz = 'UTC' }: Options): ScheduleInput => {
  if ([cron, every, rrule].filter((rule) => rule !== undefined).length !== 1)
    throw new UsageError('give one of --cron, --every and --rrule');
  const common = { type: 'recurring', timezone: tz } as const;
  if (cron !== undefined) return { ...common, cronExpression: cron };
  if (rrule !== undefined) return { ...common, rrule };
  return { ...common, interval: intervalOf(every ?? '') };
};

const units: ReadonlyMap<string, IntervalInput['unit']> = new Map([
  ['s', 'seconds'],
  ['sec', 'seconds'],
  ['min', 'minutes'],
  ['h', 'hours'],
  ['d', 'days'],
  ['w', 'weeks'],
  ...(['seconds', 'minutes', 'hours', 'days', 'weeks', 'months'] as const).flatMap((unit) => [
    [unit, unit] as const,
    [unit.slice(0, -1), unit] as const,
  ]),
]);

const intervalOf = (text: string): IntervalInput => {
  const [, count = '', name = ''] = /^\s*(?:every\s+)?(\d*)\s*([a-z]+)\s*$/i.exec(text) ?? [];
  const unit = units.get(name.toLowerCase());
  if (unit === undefined) throw new UsageError("--every takes a number and a unit from seconds to months, such as '2 hours'");
  return { value: count === '' ? 1 : Number(count), unit };
};

const table = (instants: readonly Date[], zone: string, { terminal, now }: Invocation): readonly string[] => {
  const local = zone === 'UTC' ? [] : [{ title: zone.toUpperCase() }];
  return tableLines(
    [{ title: 'UTC' }, ...local, { title: '' }],
    instants.map((at) => [
      zone === 'UTC' ? `${wallClock(at, zone).slice(0, 'Mon'.length)} ${absolute(at)}` : absolute(at),
      ...(zone === 'UTC' ? [] : [wallClock(at, zone)]),
      { text: relative(at, now), tone: 'quiet' },
    ]),
    { paint: terminal.paint, fit: terminal.columns },
  );
};
