import { now } from '../live/now.js';
import { countdown } from '../words/duration.js';
import { absolute, clockTime, dayOf, offsetOf, relative, short, shortWithYear, viewerZone, yearOf } from '../words/time.js';

type Given = { readonly at: string | number; readonly zone?: string | null | undefined };

const millis = (at: string | number): number => (typeof at === 'number' ? at : Date.parse(at));

/** Every reading of an instant that somebody may want, for the tip: the viewer's, the job's, and UTC. */
const readings = (ms: number, zone: string | null | undefined): string =>
  [...new Set([viewerZone, ...(zone ? [zone] : []), 'UTC'])].map((z) => `${absolute(ms, z)} ${z}`).join('\n');

/** `3 min ago`; the tip has the rest. */
export const Ago = ({ at, zone }: Given) => (
  <time dateTime={new Date(millis(at)).toISOString()} title={readings(millis(at), zone)}>
    {relative(millis(at), now.value)}
  </time>
);

/** `0:42`, second by second; `due` once it has come. */
export const Countdown = ({ at, zone }: Given) => {
  const left = millis(at) - now.value;
  return (
    <time class="count" dateTime={new Date(millis(at)).toISOString()} title={readings(millis(at), zone)}>
      {left <= 0 ? 'due' : countdown(left)}
    </time>
  );
};

/** `Mon 2 Mar 2026, 09:00:00 Europe/Berlin`: in the zone that is given, or the viewer's. */
export const At = ({ at, zone, named = true }: Given & { readonly named?: boolean }) => {
  const shown = zone ?? viewerZone;
  return (
    <time dateTime={new Date(millis(at)).toISOString()} title={readings(millis(at), zone)}>
      {absolute(millis(at), shown)}
      {named && <span class="zone"> {shown === 'UTC' ? 'UTC' : `${shown} (${offsetOf(millis(at), shown)})`}</span>}
    </time>
  );
};

/** `2 Mar, 09:00`, for lists. */
export const Short = ({ at, zone }: Given) => (
  <time dateTime={new Date(millis(at)).toISOString()} title={readings(millis(at), zone)}>
    {short(millis(at), zone ?? viewerZone)}
  </time>
);

/** The time of today, or the day and the time, with the year unless it is this. */
export const Clock = ({ at, zone }: Given) => {
  const ms = millis(at);
  return (
    <time dateTime={new Date(ms).toISOString()} title={readings(ms, zone)}>
      {clockReading(ms, now.value)}
    </time>
  );
};

const clockReading = (ms: number, present: number): string => {
  if (yearOf(ms) !== yearOf(present)) return shortWithYear(ms);
  return dayOf(ms) === dayOf(present) ? clockTime(ms) : short(ms);
};
