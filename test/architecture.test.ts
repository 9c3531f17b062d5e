import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

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
  ['src/adapters/console/planted.ts', importing('../http/index.js'), 'no other adapter but codec'],
  ['src/adapters/console/planted.ts', 'export const at = Date.now();\n', 'Time, timers and randomness are ports'],
  ['src/adapters/http/planted.ts', importing('../keys/index.js'), 'no other adapter but codec'],
  ['src/adapters/cli/planted.ts', importing('../client/index.js'), 'no other adapter but codec'],
  ['src/adapters/keys/planted.ts', importing('../../bootstrap/config.js'), 'Adapters know nothing of how they are wired'],
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

/** A project with the linter's real configuration and nothing but planted files, one folder each. */
const project = mkdtempSync(path.join(tmpdir(), 'layers-'));
const complaints = new Map<string, string>();

const plant = (file: string, text: string, name: string): string => {
  const place = file.replace('planted.ts', `${name}.ts`);
  mkdirSync(path.dirname(path.join(project, place)), { recursive: true });
  writeFileSync(path.join(project, place), text);
  return place;
};

beforeAll(() => {
  const configuration = JSON.parse(readFileSync('biome.json', 'utf8'));
  writeFileSync(path.join(project, 'biome.json'), JSON.stringify({ ...configuration, vcs: { enabled: false } }));
  cpSync('lint', path.join(project, 'lint'), { recursive: true });
  forbidden.forEach(([file, text], i) => void plant(file, text, `forbidden${i}`));
  allowed.forEach(([file, text], i) => void plant(file, text, `allowed${i}`));
  const biome = path.resolve('node_modules/.bin/biome');
  const { stdout, stderr } = spawnSync(biome, ['lint', '--max-diagnostics=none', '--colors=off', 'src'], {
    cwd: project,
    encoding: 'utf8',
  });
  for (const part of (stdout + stderr).split(/^(?=src\/)/m)) {
    const name = /(forbidden|allowed)\d+/.exec(part)?.[0];
    if (name) complaints.set(name, (complaints.get(name) ?? '') + part.replaceAll(/\s+/g, ' '));
  }
});
afterAll(() => rmSync(project, { recursive: true }));

describe('the dependency rule', () => {
  it.each(forbidden.map(([file, text, why], i) => [file, text, why, i] as const))('is broken by %s with %j', (_file, _text, why, i) => {
    expect(complaints.get(`forbidden${i}`)).toContain(why);
  });

  it.each(allowed.map(([file, text], i) => [file, text, i] as const))('is kept by %s with %j', (_file, _text, i) => {
    expect(complaints.get(`allowed${i}`) ?? '').not.toMatch(/noRestrictedImports|noRestrictedGlobals|plugin/);
  });
});
