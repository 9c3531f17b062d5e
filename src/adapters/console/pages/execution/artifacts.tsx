import { useState } from 'preact/hooks';
import { downloadArtifact } from '../../api/jobs.js';
import type { Artifact } from '../../api/wire.js';
import { after } from '../../clock.js';
import { Icon } from '../../parts/icon.js';
import { Text } from '../../parts/text.js';
import { tellFailure } from '../../parts/toast.js';
import { bytes } from '../../words/bytes.js';

const keptMs = 60_000;

/** Files that the run has made. They are fetched with the key and handed to the browser, which saves them. */
export const Artifacts = ({ artifacts }: { readonly artifacts: readonly Artifact[] }) => {
  const [busy, setBusy] = useState<string | null>(null);
  if (artifacts.length === 0) return null;
  const save = async ({ artifactId, name }: Artifact): Promise<void> => {
    setBusy(artifactId);
    try {
      const address = URL.createObjectURL(await downloadArtifact(artifactId));
      const link = Object.assign(document.createElement('a'), { href: address, download: name });
      link.click();
      after(keptMs, () => URL.revokeObjectURL(address));
    } catch (error) {
      tellFailure(error);
    }
    setBusy(null);
  };
  return (
    <section class="card" aria-label="Files">
      <header>
        <h2>Files</h2>
      </header>
      <ul class="rows">
        {artifacts.map((artifact) => (
          <li key={artifact.artifactId}>
            <div class="row">
              <span class="cells">
                <Icon name="file" />
                <span class="cut">
                  <Text>{artifact.name}</Text>
                </span>
                <span class="muted small">{bytes(artifact.bytes)}</span>
              </span>
              <button type="button" class="quiet" disabled={busy !== null} onClick={() => void save(artifact)}>
                {busy === artifact.artifactId ? 'Fetching…' : 'Save'}
              </button>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
};
