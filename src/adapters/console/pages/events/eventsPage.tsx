import { useState } from 'preact/hooks';
import { jobEventTypes } from '../../../../domain/job/eventTypes.js';
import type { LogEvent } from '../../api/wire.js';
import { recentEvents } from '../../live/recent.js';
import { Dialog } from '../../parts/dialog.js';
import { Icon } from '../../parts/icon.js';
import { Empty } from '../../parts/states.js';
import { Json } from '../../parts/text.js';
import { At } from '../../parts/when.js';
import { linkTo, place, replacePlace } from '../../router.js';
import { EventRow } from './eventRow.js';

const shown = 400;

/** The log as it grows. */
export const EventsPage = () => {
  const { query } = place.value;
  const [type, text] = [query.get('type') ?? '', query.get('job') ?? ''];
  const [held, hold] = useState<readonly LogEvent[] | null>(null);
  const [open, setOpen] = useState<LogEvent | null>(null);
  const change = (changed: { readonly type?: string; readonly job?: string }): void =>
    replacePlace(linkTo(['events'], { type, job: text, ...changed }));
  const fitting = (held ?? recentEvents.value).filter(
    (event) => (type === '' || event.type === type) && (text === '' || event.jobName.toLowerCase().includes(text.toLowerCase())),
  );
  const waiting = held ? recentEvents.value.length - held.length : 0;
  const rows = fitting.slice(-shown).reverse();
  return (
    <>
      <div class="page-head">
        <h1>Events</h1>
        <button type="button" aria-pressed={held !== null} onClick={() => hold(held === null ? recentEvents.value : null)}>
          <Icon name={held === null ? 'paused' : 'running'} />
          {held === null ? 'Hold' : `Go on${waiting > 0 ? ` (${waiting} new)` : ''}`}
        </button>
      </div>
      <div class="filters">
        <div class="search">
          <Icon name="search" />
          <input
            type="search"
            aria-label="Part of the job’s name"
            placeholder="Job"
            value={text}
            onInput={(event) => change({ job: event.currentTarget.value })}
          />
        </div>
        <select aria-label="Type of event" value={type} onChange={(event) => change({ type: event.currentTarget.value })}>
          <option value="">Any event</option>
          {jobEventTypes.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </div>
      <section class="card" aria-label="Events, the newest first">
        {rows.length === 0 ? (
          <Empty title="Nothing has happened since you opened the console">What happens from now on is shown here at once.</Empty>
        ) : (
          <ul class="rows event-rows">
            {rows.map((event) => (
              <EventRow key={event.id} event={event} onOpen={() => setOpen(event)} />
            ))}
          </ul>
        )}
      </section>
      {open && <EventDialog event={open} onClose={() => setOpen(null)} />}
    </>
  );
};

export const EventDialog = ({ event, onClose }: { readonly event: LogEvent; readonly onClose: () => void }) => (
  <Dialog title={event.type} onClose={onClose} wide>
    <dl class="facts">
      <dt>Job</dt>
      <dd>
        <a href={linkTo(['jobs', event.jobName])} onClick={onClose}>
          {event.jobName}
        </a>
      </dd>
      <dt>At</dt>
      <dd>
        <At at={event.at} />
      </dd>
      <dt>Place in the log</dt>
      <dd class="mono">{event.sequence}</dd>
    </dl>
    <Json value={event} label="Event as JSON" />
  </Dialog>
);
