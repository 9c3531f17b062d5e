import type { Stats } from '../../api/wire.js';

const mostDays = 30;
const fewestDays = 14;
const dayMs = 86_400_000;
const height = 160;
const step = 30;
const bar = 20;
const outcomes = ['completed', 'cancelled', 'failed'] as const;

/** A bar for each day: how many executions completed, failed and were cancelled. */
export const DayChart = ({ days }: { readonly days: Stats['days'] }) => {
  const shown = calendarOf(days);
  const most = Math.max(1, ...shown.map(totalOf));
  const width = shown.length * step;
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="xMinYMax meet" role="img" aria-label={inWords(shown)}>
        {shown.map((day, i) => (
          <g key={day.day} transform={`translate(${i * step + (step - bar) / 2} 0)`}>
            <title>{`${day.day}: ${day.completed} completed, ${day.failed} failed, ${day.cancelled} cancelled`}</title>
            <rect class="back" width={bar} height={height} rx="3" />
            <Bars day={day} scale={(height - 2) / most} />
          </g>
        ))}
      </svg>
      <figcaption class="legend">
        <span class="muted">
          {shown[0]?.day} to {shown.at(-1)?.day}, at most {most.toLocaleString('en')} a day
        </span>
        {outcomes.map((outcome) => (
          <span key={outcome} class={`key ${outcome}`}>
            {outcome}
          </span>
        ))}
      </figcaption>
    </figure>
  );
};

/** Each day until the last with an outcome, those without any included. */
const calendarOf = (days: readonly Day[]): readonly Day[] => {
  const known = new Map(days.map((day) => [day.day, day]));
  const last = Date.parse(days.at(-1)?.day ?? '');
  const first = Date.parse(days[0]?.day ?? '');
  if (Number.isNaN(last) || Number.isNaN(first)) return [];
  const count = Math.min(mostDays, Math.max(fewestDays, (last - first) / dayMs + 1));
  return Array.from({ length: count }, (_, i) => {
    const day = new Date(last - (count - 1 - i) * dayMs).toISOString().slice(0, 10);
    return known.get(day) ?? { day, completed: 0, failed: 0, cancelled: 0 };
  });
};

type Day = Stats['days'][number];

const Bars = ({ day, scale }: { readonly day: Day; readonly scale: number }) => {
  let top = height;
  return (
    <>
      {outcomes.map((outcome) => {
        const tall = day[outcome] === 0 ? 0 : Math.max(2, day[outcome] * scale);
        top -= tall;
        return <rect key={outcome} class={outcome} y={top} width={bar} height={tall} rx="2" />;
      })}
    </>
  );
};

const totalOf = ({ completed, failed, cancelled }: Day): number => completed + failed + cancelled;

const inWords = (days: readonly Day[]): string => {
  const sum = (of: 'completed' | 'failed' | 'cancelled'): number => days.reduce((total, day) => total + day[of], 0);
  return `${days.length} days: ${sum('completed')} completed, ${sum('failed')} failed, ${sum('cancelled')} cancelled`;
};
