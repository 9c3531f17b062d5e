import { useState } from 'preact/hooks';
import { keyWanted, signIn } from '../../api/session.js';
import { Field } from '../../parts/field.js';

/** Asked for where the service has keys. It is checked by using it. */
export const KeyPage = () => {
  const [typed, setTyped] = useState('');
  const wasRefused = keyWanted.value === 'refused';
  return (
    <main class="key-page">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== '') signIn(typed.trim());
        }}
      >
        <div class="body stack">
          <img src={new URL('../../icon.svg', import.meta.url).href} alt="" width="40" height="40" />
          <h1>A key is needed</h1>
          <Field
            label="API key"
            wrong={wasRefused ? 'This key is not known here, or no longer.' : undefined}
            hint="Kept in this tab only, until it is closed. Whoever runs the service makes one with nexus-scheduler keys create."
          >
            {(field) => (
              <input
                {...field}
                type="password"
                autocomplete="off"
                spellcheck={false}
                value={typed}
                onInput={(event) => setTyped(event.currentTarget.value)}
              />
            )}
          </Field>
          <button type="submit" class="primary" disabled={typed.trim() === ''}>
            Go on
          </button>
        </div>
      </form>
    </main>
  );
};
