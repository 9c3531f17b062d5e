import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';

/** Examples first: a mutant that they notice is not looked for in thousands of random scripts. */
class PropertiesLast extends BaseSequencer {
  async sort(specifications) {
    const isProperty = ({ moduleId }) => Number(moduleId.endsWith('properties.test.ts'));
    return specifications.toSorted((a, b) => isProperty(a) - isProperty(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

/** The tests that a mutant must get past; they keep everything in memory. */
export default defineConfig({
  test: {
    include: [process.env.MUTATION_TESTS ?? 'test/{domain,application}/**/*.test.ts'],
    // Stores, servers and many nodes at once: what takes seconds for each test.
    exclude: ['test/application/stores/**', 'test/application/cluster/**'],
    sequence: { sequencer: PropertiesLast },
    isolate: false,
    testTimeout: 60_000,
  },
});
