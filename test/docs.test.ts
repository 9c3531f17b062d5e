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

describe('docs/jobs.md', () => {
  it.each(jobTypes().map((type) => [type.name, type] as const))(
    'says of %s what the program says',
    (name, { summary, example, parameters }) => {
      const section = sections.get(name) ?? '';
      expect(section).toContain(summary);
      expect(JSON.parse(/```json\n(.*?)```/s.exec(section)?.[1] ?? '')).toEqual(example);
      const inTable = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, parameter]) => parameter);
      expect(inTable.sort()).toEqual(Object.keys(parameters.properties as object).sort());
    },
  );

  it('has a section of each of the six, and a link to it', () => {
    expect(jobTypes().map(({ name }) => name)).toEqual([
      'backup',
      'data_cleanup',
      'email_notification',
      'inventory_sync',
      'low_stock_alert',
      'report_generation',
    ]);
    for (const { name } of jobTypes()) expect([name, text.includes(`(#${name})`), sections.has(name)]).toEqual([name, true, true]);
  });
});
