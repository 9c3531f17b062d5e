import { useEffect, useRef } from 'preact/hooks';
import type { Job } from '../../api/wire.js';
import { differences } from '../../words/differences.js';
import { draftOf } from '../../words/draft.js';

type Given = {
  readonly base: Job;
  readonly mine: unknown;
  readonly theirs: Job;
  readonly busy: boolean;
  readonly overwrite: () => void;
  readonly takeTheirs: () => void;
};

/** Somebody else was faster: what they changed, and what to do about it. */
export const Conflict = ({ base, mine, theirs, busy, overwrite, takeTheirs }: Given) => {
  const changed = differences(draftOf(base), draftOf(theirs));
  const lost = differences(draftOf(theirs), mine);
  const note = useRef<HTMLDivElement>(null);
  // The button that had the focus has made way for this.
  useEffect(() => note.current?.focus(), []);
  return (
    <div class="note wait stack" role="alert" tabIndex={-1} ref={note}>
      <p>
        <b>Somebody has changed this job meanwhile.</b> You edited version {base.version}, it is at version {theirs.version} now. Nothing
        was saved.
      </p>
      {changed.length === 0 ? (
        <p>The definition is the same; it was paused, resumed or cancelled.</p>
      ) : (
        <ul class="changes">
          {changed.map(({ path, before, after }) => (
            <li key={path}>
              <code>{path}</code> <bdi class="was">{before}</bdi> <bdi>{after}</bdi>
              {lost.some((difference) => difference.path === path) && <b> yours would replace this</b>}
            </li>
          ))}
        </ul>
      )}
      <div class="actions">
        <button type="button" onClick={takeTheirs}>
          Take theirs, drop mine
        </button>
        <button type="button" class="danger" disabled={busy} onClick={overwrite}>
          Save mine over it
        </button>
      </div>
    </div>
  );
};
