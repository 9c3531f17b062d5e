import type { Stats } from '../../api/wire.js';

const shownDays = 30;
const height = 160;
const step = 20;
const bar = 13;
const outcomes = ['completed', 'cancelled', 'failed'] as const;

/** A bar for each day: how many executions completed, failed and were cancelled. */
export const DayChart = ({ days }: { readonly days: Stats['days'] }) => {
  const shown = days.slice(-shownDays);
  const most = Math.max(1, ...shown.map(totalOf));
  const width = Math.max(shown.length, 14) * step;
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
