import { useEffect, useState } from 'preact/hooks';
import { ApiError, type Issue } from '../../api/problem.js';
import { preview } from '../../api/schedules.js';
import type { Schedule, Upcoming } from '../../api/wire.js';
import { after } from '../../clock.js';
import { Empty } from '../../parts/states.js';
import { issuesInWords } from '../../words/issues.js';
import { ruleInWords, zoneOf } from '../../words/schedule.js';
import { UpcomingTable } from '../job/upcomingTable.js';
import { type Form, scheduleOf } from './form.js';

const typingPauseMs = 250;
const shown = 8;

export type Previewed = {
  /** The one that these entries are of, which the form may have left behind. */
  readonly schedule?: Schedule;
  readonly entries: readonly Upcoming[];
  readonly issues: readonly Issue[];
  readonly error?: ApiError;
};
const nothing: Previewed = { entries: [], issues: [] };

/** Asks the service what a schedule means, shortly after the last key was pressed. */
export const usePreview = (form: Form): Previewed => {
  const [previewed, setPreviewed] = useState<Previewed>(nothing);
  const text = JSON.stringify(scheduleOf(form));
  useEffect(() => {
    const abort = new AbortController();
    const cancel = after(typingPauseMs, () => {
      const schedule = JSON.parse(text);
      preview(schedule, shown, abort.signal).then(
        (entries) => setPreviewed({ schedule, entries, issues: [] }),
        (error: unknown) => {
          if (!abort.signal.aborted && error instanceof ApiError)
            setPreviewed({ entries: [], issues: error.issues, ...(error.issues.length === 0 && { error }) });
        },
      );
    });
    return () => {
      cancel();
      abort.abort();
    };
  }, [text]);
  return previewed;
};

export const PreviewCard = ({ schedule, entries, issues, error }: Previewed) => (
  <section class="card preview" aria-label="Coming runs" aria-live="polite">
    <header>
      <h2>It would run</h2>
    </header>
    {schedule !== undefined && entries.length > 0 ? (
      <>
        <p class="body strong">{ruleInWords(schedule)}</p>
        <UpcomingTable entries={entries} zone={zoneOf(schedule)} />
      </>
    ) : error ? (
      <Empty title="No preview">{error.message}</Empty>
    ) : issues.length > 0 ? (
      <Empty title="Not yet">{issuesInWords(issues, 'schedule')}</Empty>
    ) : (
      schedule !== undefined && <Empty title="Never">The schedule has no occurrence to come.</Empty>
    )}
  </section>
);
