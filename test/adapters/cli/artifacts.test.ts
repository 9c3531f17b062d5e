import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliIn, everyMinute } from './cli.js';

const cli = cliIn('artifacts');
afterAll(() => cli.remove());

const handlers = cli.file(
  'handlers.mjs',
  `export default {
     report: async (parameters, { artifact }) => {
       if (parameters.none) return;
       await artifact('totals.csv', 'name,total\\n', 'text/csv');
       await artifact('long.txt', 'x'.repeat(123_456));
     },
   };`,
);

describe('artifacts', () => {
  let execution: string;
  const target = path.join(path.dirname(handlers), 'saved');
  beforeAll(async () => {
    await cli.run('schedule', '-f', cli.file('jobs.json', [{ jobName: 'report', jobType: 'report', schedule: everyMinute }]));
    const [run] = [await cli.json('run', 'report', '--handlers', handlers)].flat();
    execution = run.executionId;
  });

  it('lists the files of a run', async () => {
    const { code, out } = await cli.run('artifacts', execution);
    expect(code).toBe(0);
    expect(out).toMatch(/^NAME +SIZE +TYPE +MADE +SHA-256$/m);
    expect(out).toMatch(/^long\.txt +121 KiB +text\/plain; charset=utf-8 +2026-03-02T09:00:00Z +[0-9a-f]{64}$/m);
    expect(await cli.json('artifacts', execution)).toMatchObject([{ name: 'long.txt', bytes: 123_456 }, { name: 'totals.csv' }]);
  });

  it('saves them, and overwrites none', async () => {
    const saved = await cli.json('artifacts', execution, '--save', target);
    expect(saved).toMatchObject([{ file: path.join(target, 'long.txt') }, { file: path.join(target, 'totals.csv') }]);
    expect(readFileSync(path.join(target, 'totals.csv'), 'utf8')).toBe('name,total\n');
    const inTheWay = await cli.run('artifacts', execution, '--save', handlers);
    expect([inTheWay.code, inTheWay.err]).toEqual([
      1,
      expect.stringContaining(`${handlers} cannot be made: there is something else of this name`),
    ]);
    const again = await cli.run('artifacts', execution, '--save', target);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('long.txt exists, and is left as it is') });
    expect(readdirSync(target).toSorted()).toEqual(['long.txt', 'totals.csv']);
  });

  it('saves nothing of a file that is damaged', async () => {
    const place = path.join(path.dirname(handlers), 'data', 'artifacts', 'default', 'report', execution);
    writeFileSync(path.join(place, 'long.txt'), 'something else');
    const other = path.join(path.dirname(handlers), 'other');
    mkdirSync(other);
    const { code, err } = await cli.run('artifacts', execution, '--save', other);
    expect(code).toBe(1);
    expect(err).toContain('is damaged');
    expect(readdirSync(other)).toEqual([]);
  });

  it('says where there are none, and where there is no such run', async () => {
    const run = await cli.json('run', 'report', '--handlers', handlers, '--param', 'none=true');
    expect((await cli.run('artifacts', run.executionId)).err).toContain('has made no files');
    expect(await cli.run('artifacts', 'unknown')).toMatchObject({ code: 1, err: expect.stringContaining('EXECUTION_NOT_FOUND') });
  });
});
