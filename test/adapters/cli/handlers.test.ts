import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { jobTypes } from '../../../src/bootstrap/jobTypes.js';
import { cliIn } from './cli.js';

const cli = cliIn('handlers');
afterAll(() => cli.remove());

describe('handlers', () => {
  it('lists every job type with what it does', async () => {
    const { code, out } = await cli.run('handlers');
    expect(code).toBe(0);
    for (const { name, summary } of jobTypes()) expect(out).toContain(`${name.padEnd(18)}  ${summary}`);
    expect(await cli.json('handlers')).toEqual(
      jobTypes().map(({ name, summary, parameters, example }) => ({ name, summary, parameters, example })),
    );
  });

  it('shows the parameters of one', async () => {
    const { code, out } = await cli.run('handlers', 'data_cleanup');
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}retentionDays +integer 1\.\.36500, required\. What is deleted is older than this many days\.$/m);
    expect(out).toMatch(/^ {2}batchSize +integer 1\.\.10000, default 1000\. Rows deleted at once\.$/m);
    expect(out).toMatch(/^ {2}executions\.jobs +string\[\], optional$/m);
    expect(out).toContain('example  {"retentionDays":30,"tables":["audit_logs","error_logs"]}');
    expect(await cli.json('handlers', 'backup')).toMatchObject({ name: 'backup', parameters: { required: ['sources', 'destination'] } });
  });

  it('fits the terminal', async () => {
    const out = stripVTControlCharacters((await cli.runIn({ columns: 80 }, 'handlers', 'backup')).out);
    expect(
      Math.max(
        ...out
          .split('\n')
          .filter((line) => !line.startsWith('example'))
          .map((line) => line.trimEnd().length),
      ),
    ).toBeLessThanOrEqual(80);
  });

  it('names those there are when it is asked for another', async () => {
    const { code, err } = await cli.run('handlers', 'clean_up\u001b[31m');
    expect(code).toBe(2);
    expect(err).toMatch(/there is no job type clean_up.*: there are backup, data_cleanup/);
    expect(err).not.toContain('\u001b');
  });
});

describe('the job types that come with the scheduler', () => {
  it.each(jobTypes().map((type) => [type.name, type] as const))('have an example that works: %s', (_name, type) => {
    expect(type.check(type.example)).toEqual([]);
    expect(type.summary).toMatch(/^[A-Z].*\.$/);
    expect(type.parameters).toMatchObject({ type: 'object', additionalProperties: false });
  });

  it.each(jobTypes().map((type) => [type.name, type] as const))('refuse what they do not know, and name it: %s', (_name, type) => {
    expect(type.check({ ...type.example, nonsense: true })).toEqual([
      { path: 'parameters.nonsense', message: 'is not a parameter of this job type; check its spelling' },
    ]);
  });
});
