import { bytesInWords } from '../../../../application/bytesInWords.js';
import type { ExecutionDetails } from '../../api/wire.js';
import { Icon } from '../../parts/icon.js';
import { Text } from '../../parts/text.js';

type Given = Pick<ExecutionDetails, 'artifacts' | 'executionId'>;

/** Files that the run has made, and how to get them. */
export const Artifacts = ({ artifacts, executionId }: Given) => {
  if (artifacts.length === 0) return null;
  return (
    <section class="card" aria-label="Files">
      <header>
        <h2>Files</h2>
      </header>
      <ul class="rows">
        {artifacts.map(({ artifactId, name, mediaType, bytes: size, sha256 }) => (
          <li key={artifactId}>
            <div class="row">
              <span class="cells">
                <Icon name="file" />
                <span class="cut strong">
                  <Text>{name}</Text>
                </span>
              </span>
              <span class="number muted">{bytesInWords(size)}</span>
              <span class="second cut" title={`SHA-256 ${sha256}`}>
                <Text>{mediaType}</Text>
              </span>
            </div>
          </li>
        ))}
      </ul>
      <p class="body muted small">
        Save them with <code>nexus-scheduler artifacts {executionId} --save DIRECTORY</code>
      </p>
    </section>
  );
};
