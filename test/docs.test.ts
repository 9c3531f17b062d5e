import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { jobTypes } from '../src/bootstrap/jobTypes.js';

const text = readFileSync('docs/jobs.md', 'utf8');
/** By their titles. */
const sections = new Map(
  text
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0] ?? '', section]),
);
const documented = jobTypes().filter(({ name }) => sections.has(name));

describe('docs/jobs.md', () => {
  it.each(documented.map((type) => [type.name, type] as const))(
    'says of %s what the program says',
    (name, { summary, example, parameters }) => {
      const section = sections.get(name) ?? '';
      expect(section).toContain(summary);
      expect(JSON.parse(/```json\n(.*?)```/s.exec(section)?.[1] ?? '')).toEqual(example);
      const inTable = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, parameter]) => parameter);
      expect(inTable.sort()).toEqual(Object.keys(parameters.properties as object).sort());
    },
  );

  it('links to every section', () => {
    expect(documented.map(({ name }) => name)).toEqual(expect.arrayContaining(['backup', 'data_cleanup']));
    for (const { name } of documented) expect(text).toContain(`(#${name})`);
  });
});
