import { useEffect, useState } from 'preact/hooks';
import { ApiError, type Issue } from '../../api/problem.js';
import { preview } from '../../api/schedules.js';
import type { Schedule, Upcoming } from '../../api/wire.js';
import { after } from '../../clock.js';
import { Empty } from '../../parts/states.js';
import { issuesInWords } from '../../words/issues.js';
import { ruleInWords } from '../../words/schedule.js';
import { UpcomingTable } from '../job/upcomingTable.js';
import { type Form, scheduleOf } from './form.js';

const typingPauseMs = 250;
const shown = 8;

export type Previewed = { readonly entries: readonly Upcoming[]; readonly issues: readonly Issue[]; readonly error?: ApiError };
const nothing: Previewed = { entries: [], issues: [] };

/** Asks the service what a schedule means, shortly after the last key was pressed. */
export const usePreview = (form: Form, former?: Schedule): Previewed => {
  const [previewed, setPreviewed] = useState<Previewed>(nothing);
  const schedule = JSON.stringify(scheduleOf(form, former));
  useEffect(() => {
    const abort = new AbortController();
    const cancel = after(typingPauseMs, () => {
      preview(JSON.parse(schedule), shown, abort.signal).then(
        (entries) => setPreviewed({ entries, issues: [] }),
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
  }, [schedule]);
  return previewed;
};

type Given = { readonly form: Form; readonly previewed: Previewed };

export const PreviewCard = ({ form, previewed: { entries, issues, error } }: Given) => (
  <section class="card preview" aria-label="Coming runs" aria-live="polite">
    <header>
      <h2>It would run</h2>
    </header>
    {entries.length > 0 ? (
      <>
        <p class="body strong">{ruleInWords(scheduleOf(form) as unknown as Schedule)}</p>
        <UpcomingTable entries={entries} zone={form.kind === 'once' ? null : form.timezone} />
      </>
    ) : error ? (
      <Empty title="No preview">{error.message}</Empty>
    ) : issues.length > 0 ? (
      <Empty title="Not yet">{issuesInWords(issues, 'schedule')}</Empty>
    ) : (
      <Empty title="Never">The schedule has no occurrence to come.</Empty>
    )}
  </section>
);
