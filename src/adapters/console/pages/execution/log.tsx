import type { ExecutionDetails } from '../../api/wire.js';
import { Empty } from '../../parts/states.js';
import { printableLines } from '../../words/printable.js';
import { clockTime } from '../../words/time.js';

type Given = { readonly lines: ExecutionDetails['log']; readonly dropped: number; readonly isActive: boolean };

const longestLine = 4_000;

/** What the handler said, line by line. */
export const Log = ({ lines, dropped, isActive }: Given) => (
  <section class="card" aria-label="Log">
    <header>
      <h2>Log</h2>
      <span class="muted small">{lines.length > 0 && `${lines.length} ${lines.length === 1 ? 'line' : 'lines'}`}</span>
    </header>
    {lines.length === 0 ? (
      <Empty title={isActive ? 'Nothing said yet' : 'Nothing was said'} />
    ) : (
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard.
      <div class="log-lines" tabIndex={0} role="region" aria-label="Log lines">
        {dropped > 0 && <p class="muted">{dropped} earlier lines were dropped</p>}
        {lines.map(({ at, level, message }, i) => (
          <p key={i} class={`line ${level}`}>
            <time dateTime={at}>{clockTime(Date.parse(at))}</time>
            <span class="level">{level}</span>
            <span dir="auto">{printableLines(message.slice(0, longestLine))}</span>
          </p>
        ))}
      </div>
    )}
  </section>
);
