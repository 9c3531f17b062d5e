import type { Job } from '../../api/wire.js';

type Given = { readonly job: Job; readonly activates: boolean; readonly onActivates: (activates: boolean) => void };

/** What saving does, and does not, to a job that has ended. */
export const Ended = ({ job: { status }, activates, onActivates }: Given) =>
  status === 'cancelled' ? (
    <div class="note plain">
      <label class="check strong">
        <input type="checkbox" checked={activates} onChange={(event) => onActivates(event.currentTarget.checked)} />
        Activate again
      </label>
      <p>The job is cancelled. Saved without this, it stays so, unless it is given another schedule.</p>
    </div>
  ) : (
    <p class="note plain">The job has ended: its schedule has no occurrence left. It stays so unless it is given another schedule.</p>
  );
