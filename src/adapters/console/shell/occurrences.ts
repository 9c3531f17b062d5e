import { preview } from '../api/schedules.js';
import type { Schedule } from '../api/wire.js';
import { wait } from '../clock.js';
import { useResource } from '../live/resource.js';

export type Span = { readonly from: string; readonly to: string };

const typingPauseMs = 300;
const pageSize = 100;

/** How many occurrences of a schedule lie in a span, up to one more than `most`; null where a preview of the schedule does not tell. */
export const useOccurrences = (schedule: Schedule, span: Span | null, most: number): number | null | undefined =>
  useResource(JSON.stringify([schedule, span]), async (signal) => {
    if (span === null || !tellsItsTimes(schedule)) return null;
    await wait(typingPauseMs, signal);
    return countOf(schedule, span, most, signal).catch(() => null);
  }).data;

/** A hash is of the job, a calculator may be, and an anchor that is left out is that of the day on which the job was scheduled. */
const tellsItsTimes = (schedule: Schedule): boolean => {
  if (schedule.type === 'custom') return false;
  if (schedule.type === 'once') return true;
  return 'cronExpression' in schedule ? !/\bH\b/.test(schedule.cronExpression) : schedule.anchor !== undefined;
};

const countOf = async (schedule: Schedule, { from, to }: Span, most: number, signal: AbortSignal): Promise<number> => {
  // What has run already does not count here.
  const unlimited = { ...schedule, maxRuns: undefined };
  let count = 0;
  for (let after = Date.parse(from) - 1; ; ) {
    const page = await preview(unlimited, pageSize, signal, new Date(after).toISOString());
    const within = page.filter(({ occurrence }) => Date.parse(occurrence) <= Date.parse(to));
    count += within.length;
    if (within.length < pageSize || count > most) return count;
    after = Date.parse(within.at(-1)?.occurrence ?? to);
  }
};
