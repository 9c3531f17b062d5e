import type { LogEvent } from '../../api/wire.js';
import { eventInWords, toneOf } from '../../words/events.js';
import { clockTime } from '../../words/time.js';

type Given = {
  readonly event: LogEvent;
  readonly onOpen: () => void;
  readonly withJob?: boolean;
  readonly isDim?: boolean;
  readonly isHere?: boolean;
};

/** One fact of the log on a line. */
export const EventRow = ({ event, onOpen, withJob = true, isDim = false, isHere = false }: Given) => (
  <li class={`event ${toneOf(event)}${isDim ? ' dim' : ''}${isHere ? ' here' : ''}`}>
    <button type="button" class="quiet" onClick={onOpen} data-row aria-current={isHere ? 'step' : undefined}>
      <time dateTime={event.at} title={event.at}>
        {clockTime(Date.parse(event.at))}
      </time>
      <span class="mark" aria-hidden="true" />
      {withJob && <span class="job cut">{event.jobName}</span>}
      <bdi class="words cut">{eventInWords(event).slice(0, 400)}</bdi>
    </button>
  </li>
);
