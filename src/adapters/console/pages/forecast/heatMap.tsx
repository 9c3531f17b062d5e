import type { Forecast } from '../../api/wire.js';
import { dayOf, viewerZone, wallClock } from '../../words/time.js';

const hoursOfDay = Array.from({ length: 24 }, (_, hour) => hour);
const hourMs = 3_600_000;
const levels = 5;

type Hour = Forecast['hours'][number];

/** A row for each day, a cell for each hour: the more starts, the stronger the colour, and the number in its tip. */
export const HeatMap = ({ hours }: { readonly hours: readonly Hour[] }) => {
  const days = byDay(hours);
  const most = Math.max(1, ...hours.map(({ starts }) => starts));
  return (
    <div class="scroll-x">
      <table class="heat">
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Day</span>
            </th>
            {hoursOfDay.map((hour) => (
              <th key={hour} scope="col">
                {hour % 3 === 0 ? String(hour).padStart(2, '0') : <span class="unseen">{hour}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map(({ day, cells }) => (
            <tr key={day}>
              <th scope="row">{day}</th>
              {hoursOfDay.map((hour) => (
                <Cell key={hour} hour={cells.get(hour)} most={most} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

const Cell = ({ hour, most }: { readonly hour: Hour | undefined; readonly most: number }) => {
  if (!hour || hour.starts === 0) return <td class="level-0">{<span class="unseen">0</span>}</td>;
  const level = Math.ceil((levels * hour.starts) / most);
  const tip = `${hour.starts.toLocaleString('en')} start, ${hour.active} at once at most${hour.waited > 0 ? `, ${hour.waited} wait` : ''}`;
  return (
    <td class={`level-${level}${hour.waited > 0 ? ' waits' : ''}`} title={tip}>
      {hour.starts < 1_000 ? hour.starts : `${Math.round(hour.starts / 1_000)}k`}
    </td>
  );
};

type Day = { readonly day: string; readonly cells: Map<number, Hour> };

const byDay = (hours: readonly Hour[]): readonly Day[] => {
  const days = new Map<string, Day>();
  const [first, last] = [hours[0], hours.at(-1)];
  if (!first || !last) return [];
  for (let at = Date.parse(first.hour); at <= Date.parse(last.hour); at += 6 * hourMs)
    days.set(dayOf(at), { day: dayOf(at), cells: new Map() });
  for (const hour of hours) {
    const at = Date.parse(hour.hour);
    days.get(dayOf(at))?.cells.set(Number(wallClock(at, viewerZone).slice(11, 13)), hour);
  }
  return [...days.values()];
};
