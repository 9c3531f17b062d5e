import type { Difference } from '../../words/differences.js';

/** What saving would change in the definition. */
export const Changes = ({ changes }: { readonly changes: readonly Difference[] }) =>
  changes.length > 0 && (
    <section class="card" aria-label="Changes">
      <header>
        <h2>Changes</h2>
      </header>
      <ul class="changes body">
        {changes.map(({ path, before, after }) => (
          <li key={path}>
            <code>{path}</code> <bdi class="was">{before}</bdi> <bdi>{after}</bdi>
          </li>
        ))}
      </ul>
    </section>
  );
