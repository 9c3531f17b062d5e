import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const sources = ['src/application', 'src/bootstrap', 'src/adapters']
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)))
  .filter((file) => file.endsWith('.ts') && !file.includes('adapters/cli'));

const call = /\.(debug|info|warn|error)\(\s*\{([^}]*)\},\s*'([^']+)'/g;
const fieldsOf = (literal: string): string =>
  literal
    .split(',')
    .map((field) => field.split(':')[0]?.trim() ?? '')
    .join(', ');

/** Of the scheduler itself: what handlers say in the log of their run begins with the text. */
const anyCall = /\.(debug|info|warn|error)\(\s*\{/g;
const countOf = (pattern: RegExp): number =>
  sources.reduce((sum, file) => sum + [...readFileSync(file, 'utf8').matchAll(pattern)].length, 0);

const logged = sources
  .flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(call)].map(([, level, fields, message]) => `${level} | ${message} | ${fieldsOf(fields ?? '')}`),
  )
  .sort();

const documented = readFileSync('docs/telemetry.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| (debug|info|warn|error) \|/.test(line))
  .map((line) => line.split(' | ').slice(0, 3).join(' | ').slice(2))
  .sort();

describe('the table of log lines', () => {
  it('names every line that the source has, with its fields, and no other', () => {
    expect(logged.length).toBeGreaterThan(5);
    expect(documented).toEqual([...new Set(logged)]);
  });

  it('can name them: each line is a literal where it is written', () => {
    expect(logged).toHaveLength(countOf(anyCall));
  });
});
