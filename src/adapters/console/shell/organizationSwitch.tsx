import { useState } from 'preact/hooks';
import { actFor, key, organization, signOut } from '../api/session.js';
import { access } from '../live/access.js';
import { recentEvents } from '../live/recent.js';
import { Dialog } from '../parts/dialog.js';
import { Field } from '../parts/field.js';
import { Icon } from '../parts/icon.js';

/** For whom the viewer acts and as whom; with a key of all organizations the choice, and with any key the way out. */
export const OrganizationSwitch = () => {
  const [isOpen, open] = useState(false);
  const shown = organization.value ?? access.value?.organization ?? recentEvents.value.at(-1)?.organization ?? 'default';
  return (
    <>
      <button type="button" class="quiet whose" onClick={() => open(true)} title="Organization and key">
        <Icon name="key" />
        <span class="words cut">{shown}</span>
      </button>
      {isOpen && <Choice shown={shown} onClose={() => open(false)} />}
    </>
  );
};

const Choice = ({ shown, onClose }: { readonly shown: string; readonly onClose: () => void }) => {
  const [name, setName] = useState(organization.value ?? '');
  const bound = access.value?.organization ?? null;
  return (
    <Dialog title="Organization and key" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          actFor(name.trim() === '' ? null : name.trim());
          onClose();
        }}
      >
        <Whose />
        {bound === null ? (
          <Field label="Organization" hint={`You look at ${shown}. Empty: the service’s own.`}>
            {(field) => (
              <input {...field} value={name} maxLength={128} spellcheck={false} onInput={(event) => setName(event.currentTarget.value)} />
            )}
          </Field>
        ) : (
          <p>
            The key is bound to the organization <b>{bound}</b>.
          </p>
        )}
        <div class="actions">
          {key.value !== null && (
            <button type="button" class="danger" onClick={signOut}>
              Forget the key
            </button>
          )}
          {bound === null && (
            <button type="submit" class="primary">
              Show it
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
};

const scopes = { read: 'may look', operate: 'may look, run, backfill, pause, resume and cancel', admin: 'may do everything' } as const;

const Whose = () => {
  if (access.value === null) return null;
  const { name, scope, keyRequired, version } = access.value;
  return (
    <p class="muted">
      {keyRequired
        ? `Your key${name === null ? '' : ` “${name}”`} ${scopes[scope]}.`
        : 'The service has no keys: whoever reaches it may do everything.'}{' '}
      Version {version}.
    </p>
  );
};
