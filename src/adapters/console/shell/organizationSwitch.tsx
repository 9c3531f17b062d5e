import { useState } from 'preact/hooks';
import { actFor, key, organization, signOut } from '../api/session.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icon.js';

/** For whom the viewer acts; with a key, also the way out. */
export const OrganizationSwitch = () => {
  const [isOpen, open] = useState(false);
  return (
    <div class="actions">
      <button type="button" class="quiet cut" onClick={() => open(true)} title="Organization and key">
        <Icon name="key" />
        <span class="words cut">{organization.value ?? 'own organization'}</span>
      </button>
      {isOpen && <Choice onClose={() => open(false)} />}
    </div>
  );
};

const Choice = ({ onClose }: { readonly onClose: () => void }) => {
  const [name, setName] = useState(organization.value ?? '');
  return (
    <Dialog title="Organization" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          actFor(name.trim() === '' ? null : name.trim());
          onClose();
        }}
      >
        <div class="field">
          <label for="organization">Name</label>
          <input
            id="organization"
            value={name}
            maxLength={128}
            onInput={(event) => setName(event.currentTarget.value)}
            placeholder="the service’s or the key’s own"
          />
          <p class="hint">Only a key of all organizations may act for others than its own.</p>
        </div>
        <div class="actions">
          {key.value !== null && (
            <button type="button" class="danger" onClick={signOut}>
              Forget the key
            </button>
          )}
          <button type="submit" class="primary">
            Show this organization
          </button>
        </div>
      </form>
    </Dialog>
  );
};
