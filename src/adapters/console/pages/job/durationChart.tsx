import { useEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import type { Execution } from '../../api/wire.js';
import { Empty } from '../../parts/states.js';
import { theme } from '../../theme.js';
import { duration } from '../../words/duration.js';
import { clockTime, short } from '../../words/time.js';

type Given = { readonly executions: readonly Execution[]; readonly p50: number | null; readonly p95: number | null };
type Data = [number[], (number | null)[], (number | null)[], (number | null)[], (number | null)[]];

const height = 190;

/** How long executions took, one point each, with the lines that half and 95 of 100 of all stay below. */
export const DurationChart = ({ executions, p50, p95 }: Given) => {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const data = dataOf(executions, p50, p95);
  const latest = useRef(data);
  latest.current = data;
  const isEmpty = data[0].length === 0;
  // The chart is drawn anew in other colours.
  useEffect(() => {
    const element = place.current;
    if (!element || isEmpty) return;
    let isGone = false;
    const resized = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height }));
    void loadChart().then((Chart) => {
      if (isGone) return;
      chart.current = new Chart(optionsOf(element), latest.current, element);
      resized.observe(element);
    });
    return () => {
      isGone = true;
      resized.disconnect();
      chart.current?.destroy();
      chart.current = null;
    };
  }, [isEmpty, theme.value]);
  useEffect(() => chart.current?.setData(latest.current));
  if (isEmpty) return <Empty title="Nothing to draw yet" />;
  return (
    <figure class="chart">
      <div ref={place} class="plot" role="img" aria-label={`Durations of ${data[0].length} executions${inWords(p50, p95)}`} />
      <figcaption class="legend">
        <span class="key completed">completed</span>
        <span class="key failed">failed</span>
        <span class="key p50">p50 {p50 !== null && duration(p50)}</span>
        <span class="key p95">p95 {p95 !== null && duration(p95)}</span>
      </figcaption>
    </figure>
  );
};

/** Only who looks at a chart fetches what draws it. */
const loadChart = async (): Promise<typeof uPlot> => {
  await import('uplot/dist/uPlot.min.css');
  return (await import('uplot')).default;
};

const dataOf = (executions: readonly Execution[], p50: number | null, p95: number | null): Data => {
  const points = executions
    .flatMap(({ startedAt, durationMs, status }) =>
      startedAt === null || durationMs === null ? [] : [{ at: Date.parse(startedAt) / 1_000, durationMs, status }],
    )
    .sort((a, b) => a.at - b.at);
  return [
    points.map(({ at }) => at),
    points.map(({ durationMs, status }) => (status === 'failed' ? null : durationMs)),
    points.map(({ durationMs, status }) => (status === 'failed' ? durationMs : null)),
    points.map(() => p50),
    points.map(() => p95),
  ];
};

const optionsOf = (element: HTMLElement): uPlot.Options => {
  const style = getComputedStyle(element);
  const colour = (name: string): string => resolved(element, `var(--${name})`);
  const font = `12px ${style.fontFamily}`;
  const points = (stroke: string): uPlot.Series => ({ stroke, paths: () => null, points: { show: true, size: 5, fill: stroke, stroke } });
  const line = (stroke: string, dash: number[]): uPlot.Series => ({ stroke, width: 1.25, dash, points: { show: false } });
  const axis = { stroke: colour('muted'), font, grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height,
    legend: { show: false },
    cursor: { y: false, points: { show: false } },
    scales: { y: { range: (_, __, max) => [0, max * 1.1 || 1] } },
    axes: [
      { ...axis, grid: { show: false }, values: (_, seconds) => timesOf(seconds) },
      { ...axis, size: 64, values: (_, values) => values.map((value) => duration(value)) },
    ],
    series: [{}, points(colour('good-fill')), points(colour('bad-fill')), line(colour('run'), []), line(colour('wait'), [5, 4])],
  };
};

/** The time of day, or for longer spans the day. */
const timesOf = (seconds: readonly number[]): string[] => {
  const [first = 0, second = first] = seconds;
  const stepSeconds = second - first;
  return seconds.map(
    (at) => (stepSeconds >= 86_400 ? short(at * 1_000).split(',')[0] : clockTime(at * 1_000).slice(0, stepSeconds < 60 ? 8 : 5)) ?? '',
  );
};

/** A canvas knows no custom properties, and no `light-dark()`: the browser is asked what an element of this colour looks like. */
const resolved = (element: HTMLElement, colour: string): string => {
  const probe = document.createElement('i');
  probe.style.color = colour;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

const inWords = (p50: number | null, p95: number | null): string =>
  p50 === null || p95 === null ? '' : `: half within ${duration(p50)}, 95 of 100 within ${duration(p95)}`;
