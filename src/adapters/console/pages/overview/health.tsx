import { useEffect } from 'preact/hooks';
import { listNodes } from '../../api/service.js';
import type { Node } from '../../api/wire.js';
import { onEachTick } from '../../clock.js';
import { useResource } from '../../live/resource.js';
import { connection } from '../../live/stream.js';
import { Answered } from '../../parts/states.js';
import { Text } from '../../parts/text.js';

const lookAgainMs = 15_000;
const shownHandlers = 12;

type Readiness = { readonly ready: boolean; readonly reasons: readonly string[] };

const reasons: Readonly<Record<string, string>> = {
  NOT_STARTED: 'it has not started running jobs',
  STOPPED: 'it is stopped',
  STORE_UNAVAILABLE: 'its store does not answer',
  FENCED: 'it has lost the store and stopped its work',
  HANDLERS_STUCK: 'handlers that ignore their time-out hold all its slots',
};

/** Whether the service is well, and the nodes that share the work. */
export const Health = () => {
  const health = useResource(`health ${connection.value.state}`, readHealth);
  useEffect(() => onEachTick(lookAgainMs, () => !document.hidden && health.reload()), [health.reload]);
  return (
    <section class="card" aria-label="Nodes">
      <header>
        <h2>Nodes</h2>
        {health.data && <Lamp {...health.data.readiness} />}
      </header>
      <Answered of={health}>
        {({ nodes }) => (
          <ul class="rows">
            {nodes.map((node) => (
              <NodeRow key={node.node} {...node} />
            ))}
          </ul>
        )}
      </Answered>
    </section>
  );
};

const Lamp = ({ ready, reasons: given }: Readiness) =>
  ready ? (
    <span class="good strong">ready</span>
  ) : (
    <span class="bad strong">not ready: {given.map((reason) => reasons[reason] ?? reason).join(', ')}</span>
  );

const NodeRow = ({ node, self, handlers }: Node) => (
  <li>
    <div class="row">
      <span class="strong cut">
        <Text>{node}</Text>
      </span>
      <span class="muted small">{self ? 'answers you' : ''}</span>
      <span class="second tags">
        {handlers.slice(0, shownHandlers).map((handler) => (
          <span class="tag" key={handler}>
            <Text>{handler}</Text>
          </span>
        ))}
        {handlers.length > shownHandlers && <span class="small">and {handlers.length - shownHandlers} more handlers</span>}
      </span>
    </div>
  </li>
);

const readHealth = async (signal: AbortSignal): Promise<{ readonly readiness: Readiness; readonly nodes: readonly Node[] }> => {
  // It answers 503 where it is not ready, with the reasons.
  const readiness = fetch(new URL('readyz', document.baseURI), { signal, cache: 'no-store' }).then(
    (response) => response.json() as Promise<Readiness>,
  );
  const [ready, nodes] = await Promise.all([readiness.catch(() => ({ ready: false, reasons: [] })), listNodes(signal)]);
  return { readiness: { ready: ready.ready === true, reasons: Array.isArray(ready.reasons) ? ready.reasons : [] }, nodes };
};
