import type { Attempt } from '../../api/wire.js';
import { now } from '../../live/now.js';
import { Empty } from '../../parts/states.js';
import { StatusBadge } from '../../parts/status.js';
import { Text } from '../../parts/text.js';
import { Clock } from '../../parts/when.js';
import { duration, elapsed } from '../../words/duration.js';

const causes: Readonly<Record<string, string>> = {
  error: 'it failed',
  timeout: 'it took longer than its time-out',
  lost: 'its node died',
  shutdown: 'its node was shut down; does not count',
  fenced: 'its node lost the store; does not count',
  snoozed: 'it asked to be tried later; does not count',
};

export const Attempts = ({ attempts }: { readonly attempts: readonly Attempt[] }) => (
  <section class="card" aria-label="Attempts">
    <header>
      <h2>Attempts</h2>
    </header>
    {attempts.length === 0 ? (
      <Empty title="None yet" />
    ) : (
      <ol class="rows">
        {attempts.map(({ attempt, status, startedAt, durationMs, node, cause, error }) => (
          <li key={attempt}>
            <div class="row">
              <span class="cells">
                <b>{attempt}</b>
                <StatusBadge status={status} />
                <Clock at={startedAt} />
                <span class="muted small cut">
                  on <Text>{node}</Text>
                </span>
              </span>
              <span class="number">{durationMs === null ? elapsed(now.value - Date.parse(startedAt)) : duration(durationMs)}</span>
              {cause !== undefined && (
                <span class="second">
                  {causes[cause]}
                  {error && (
                    <>
                      {': '}
                      <Text>{error.message.slice(0, 300)}</Text>
                    </>
                  )}
                </span>
              )}
            </div>
          </li>
        ))}
      </ol>
    )}
  </section>
);
