import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDirectory } from '../../../src/adapters/artifacts/directory/index.js';
import { memoryArtifacts } from '../../../src/adapters/artifacts/memory.js';
import { ids } from '../../../src/adapters/system/ids.js';
import { describeArtifacts } from '../../contracts/artifacts.js';
import { settableClock } from '../../settableClock.js';

describeArtifacts('memory', async () => {
  const clock = settableClock();
  const store = memoryArtifacts(clock);
  return { store, other: store, clock, traces: async () => 0, close: async () => undefined };
});

describeArtifacts('a directory', async () => {
  const clock = settableClock();
  const root = mkdtempSync(path.join(tmpdir(), 'artifacts-'));
  const store = await openDirectory(root, clock, ids);
  return {
    store,
    other: await openDirectory(root, clock, ids),
    clock,
    damage: async ({ organization, jobName, executionId }, name) => {
      const file = path.join(root, organization, jobName, executionId, name);
      const content = await readFile(file);
      await writeFile(file, content.reverse());
    },
    traces: async () => readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length,
    close: async () => rmSync(root, { recursive: true }),
  };
});
