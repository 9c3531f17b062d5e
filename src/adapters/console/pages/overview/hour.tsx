import { useEffect, useState } from 'preact/hooks';
import { lastEvents } from '../../api/events.js';
import type { LogEvent } from '../../api/wire.js';
import { now } from '../../live/now.js';
import { onEvents } from '../../live/stream.js';
import { clockTime } from '../../words/time.js';
import { Figure, measured } from '../job/statistics.js';

const minuteMs = 60_000;
const minutes = 60;
const most = 1_000;
const outcomes = ['ExecutionCompleted', 'ExecutionFailed'] as const;

type Ended = { readonly id: string; readonly at: number; readonly failed: boolean; readonly isFinal: boolean; readonly durationMs: number };

/** How the last hour went: what completed and failed in each minute. */
export const Hour = () => {
  const { ended, since } = useEnded();
  const from = now.value - minutes * minuteMs;
  const hour = ended.filter(({ at }) => at > from);
  const [completed, failed, retried] = [
    hour.filter((e) => !e.failed),
    hour.filter((e) => e.failed && e.isFinal),
    hour.filter((e) => e.failed && !e.isFinal),
  ];
  const seenMs = Math.max(minuteMs, now.value - Math.max(from, since));
  const perMinute = (completed.length + failed.length) / (seenMs / minuteMs);
  const durations = completed.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  return (
    <section class="card hour" aria-label="The last hour">
      <div class="figures">
        <Figure name="Completed" value={completed.length.toLocaleString('en')} />
        <Figure name="Failed" value={failed.length.toLocaleString('en')} {...(failed.length > 0 && { tone: 'bad' })} />
        <Figure name="Tried again" value={retried.length.toLocaleString('en')} />
        <Figure name="A minute" value={perMinute < 10 ? perMinute.toFixed(1) : Math.round(perMinute).toLocaleString('en')} />
        <Figure name="Median run" {...measured(durations[Math.floor(durations.length / 2)] ?? null)} />
      </div>
      <Bars hour={hour} />
      <p class="legend">
        <span class="muted">{since > from ? `since ${clockTime(since)}` : 'the last hour, minute by minute'}</span>
        <span class="key completed">completed</span>
        <span class="key retried">tried again</span>
        <span class="key failed">failed</span>
      </p>
    </section>
  );
};

const useEnded = (): { readonly ended: readonly Ended[]; readonly since: number } => {
  const [known, setKnown] = useState<{ readonly ended: readonly Ended[]; readonly since: number }>({ ended: [], since: 0 });
  useEffect(() => {
    const abort = new AbortController();
    let waiting: Ended[] = [];
    const add = (more: readonly Ended[], since?: number): void =>
      setKnown(({ ended, since: before }) => {
        const ids = new Set(ended.map(({ id }) => id));
        const horizon = now.peek() - minutes * minuteMs;
        return { ended: [...ended.filter(({ at }) => at > horizon), ...more.filter(({ id }) => !ids.has(id))], since: since ?? before };
      });
    const end = onEvents((events) => {
      const more = events.filter(isOutcome).map(endedOf);
      if (more.length === 0) return;
      if (waiting.length === 0)
        requestAnimationFrame(() => {
          add(waiting);
          waiting = [];
        });
      waiting.push(...more);
    });
    // Where more ended in the hour than is read, what is shown begins later.
    lastEvents(outcomes, most, abort.signal).then(
      (events) => add(events.map(endedOf), events.length < most ? 0 : Date.parse(events[0]?.at ?? '')),
      () => undefined,
    );
    return () => {
      abort.abort();
      end();
    };
  }, []);
  return known;
};

const isOutcome = ({ type }: LogEvent): boolean => type === 'ExecutionCompleted' || type === 'ExecutionFailed';

const endedOf = ({ id, at, type, data }: LogEvent): Ended => ({
  id,
  at: Date.parse(at),
  failed: type === 'ExecutionFailed',
  isFinal: data.final === true,
  durationMs: Number(data.durationMs),
});

const height = 56;
const step = 10;

const kinds = ['completed', 'retried', 'failed'] as const;
const kindOf = ({ failed, isFinal }: Ended): (typeof kinds)[number] => (failed ? (isFinal ? 'failed' : 'retried') : 'completed');

const Bars = ({ hour }: { readonly hour: readonly Ended[] }) => {
  const last = Math.floor(now.value / minuteMs);
  const counts = Array.from({ length: minutes }, () => ({ completed: 0, retried: 0, failed: 0 }));
  for (const ended of hour) {
    const minute = counts[minutes - 1 - (last - Math.floor(ended.at / minuteMs))];
    if (minute) minute[kindOf(ended)]++;
  }
  const highest = Math.max(4, ...counts.map(({ completed, retried, failed }) => completed + retried + failed));
  const tall = (count: number): number => (count === 0 ? 0 : Math.max(2, (count / highest) * height));
  return (
    <svg
      class="bars"
      viewBox={`0 0 ${minutes * step} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Attempts that ended, by minute: ${hour.length} in the last hour`}
    >
      {counts.map((count, i) => {
        let top = height;
        return (
          <g key={i} transform={`translate(${i * step + 1} 0)`}>
            <rect class="back" width={step - 3} height={height} />
            {kinds.map((kind) => {
              top -= tall(count[kind]);
              return <rect key={kind} class={kind} y={top} width={step - 3} height={tall(count[kind])} />;
            })}
          </g>
        );
      })}
    </svg>
  );
};
