import { now } from '../live/now.js';
import { connection, reconnect } from '../live/stream.js';
import { Ago } from '../parts/when.js';
import { countdown } from '../words/duration.js';

const words = { connecting: 'Connecting', live: 'Live', lost: 'Connection lost' } as const;

/** Whether what is on the screen is what happens now. */
export const ConnectionLamp = () => (
  <p class={`connection ${connection.value.state}`} role="status">
    <span class="dot" aria-hidden="true" />
    {words[connection.value.state]}
  </p>
);

/** While the connection is lost: since when, why, and that nothing will be missed. */
export const LostBar = () => {
  const { value } = connection;
  if (value.state !== 'lost') return null;
  return (
    <div class="lost-bar">
      <span>
        <b>Connection lost</b> <Ago at={value.since} />: {value.why}. What you see may be old; nothing is missed when it is back.
      </span>
      <button type="button" onClick={reconnect}>
        Try now <span class="muted">({countdown(value.retryAt - now.value)})</span>
      </button>
    </div>
  );
};
