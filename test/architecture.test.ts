import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** What the linter says of a file with this text at this place, without the file being there. */
const lint = (path: string, text: string): string => {
  const { stdout, stderr } = spawnSync('npx', ['biome', 'lint', `--stdin-file-path=${path}`], { input: text, encoding: 'utf8' });
  return stdout + stderr;
};

const importing = (from: string): string => `import { planted } from '${from}';\nexport const used = planted;\n`;

const forbidden: readonly (readonly [path: string, text: string, why: string])[] = [
  ['src/domain/planted.ts', importing('../application/lru.js'), 'The domain imports the domain only'],
  ['src/domain/job/planted.ts', importing('../../adapters/codec/index.js'), 'The domain imports the domain only'],
  ['src/domain/planted.ts', importing('zod'), 'import no package'],
  ['src/domain/planted.ts', importing('node:fs'), 'import no package'],
  ['src/application/planted.ts', importing('../adapters/memory/index.js'), 'The application imports the domain and itself only'],
  ['src/application/api/planted.ts', importing('../../bootstrap/scheduler.js'), 'The application imports the domain and itself only'],
  ['src/application/planted.ts', importing('luxon'), 'import no package'],
  ['src/application/planted.ts', importing('node:crypto'), 'import no package'],
  ['src/adapters/sqlite/planted.ts', importing('../memory/index.js'), 'no other adapter but codec'],
  ['src/adapters/calendar/planted.ts', importing('../system/ids.js'), 'no other adapter but codec'],
  ['src/adapters/cli/planted.ts', importing('../../bootstrap/index.js'), 'Adapters know nothing of how they are wired'],
  ['src/adapters/memory/planted.ts', importing('inversify'), 'Adapters know nothing of how they are wired'],
  ['src/domain/planted.ts', 'export const at = Date.now();\n', 'Time, timers and randomness are ports'],
  ['src/application/planted.ts', 'export const at = new Date();\n', 'Time, timers and randomness are ports'],
  ['src/adapters/sqlite/planted.ts', 'export const x = Math.random();\n', 'Time, timers and randomness are ports'],
  ['src/bootstrap/planted.ts', 'setTimeout(() => undefined, 1);\n', 'Timers are ports'],
];

const allowed: readonly (readonly [path: string, text: string])[] = [
  ['src/domain/job/planted.ts', importing('../instant.js')],
  ['src/application/planted.ts', importing('../domain/instant.js')],
  ['src/adapters/sqlite/planted.ts', importing('../codec/index.js')],
  ['src/adapters/system/planted.ts', 'export const at = Date.now();\n'],
  ['src/domain/planted.ts', 'export const at = (ms: number): Date => new Date(ms);\n'],
];

describe('the dependency rule', () => {
  it.each(forbidden)('is broken by %s with %j', (path, text, why) => {
    expect(lint(path, text).replaceAll(/\s+/g, ' ')).toContain(why);
  });

  it.each(allowed)('is kept by %s with %j', (path, text) => {
    expect(lint(path, text)).not.toMatch(/noRestrictedImports|noRestrictedGlobals|plugin/);
  });
});
