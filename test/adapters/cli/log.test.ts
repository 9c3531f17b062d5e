import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cliIn } from './cli.js';

const from = cliIn('log-from');
const to = cliIn('log-to');
afterAll(() => {
  from.remove();
  to.remove();
});

describe('a log that is exported and imported', () => {
  it('is the same log, with everything that is derived from it', async () => {
    for (const name of ['one', 'two']) {
      writeFileSync(
        path.join(from.directory, 'job.json'),
        JSON.stringify({ jobName: name, jobType: 'work', schedule: { type: 'recurring', cronExpression: '0 9 * * *' } }),
      );
      expect(await from.run('schedule', '-f', path.join(from.directory, 'job.json'))).toMatchObject({ code: 0 });
    }
    await from.run('pause', 'one', '--note', 'for the audit');
    const exported = await from.run('export');
    expect(exported.out.split('\n')).toHaveLength(6);
    const file = path.join(to.directory, 'log.ndjson');
    writeFileSync(file, exported.out);
    expect(await to.run('import', '-f', file)).toMatchObject({ code: 0, out: 'imported 3 commits\n' });
    expect(await to.run('verify')).toMatchObject({ code: 0 });
    expect((await to.run('export')).out).toBe(exported.out);
    expect((await to.run('show', 'one')).out).toContain('for the audit');
    expect((await to.run('export', 'two')).out.split('\n')).toHaveLength(4);
    const again = await to.runIn({ stdin: exported.out }, 'import');
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('only imported into an empty store')]);
  });

  it('is read from the standard input, or from the file that is named', async () => {
    const { out: stdin } = await from.run('export');
    const file = from.file('log.ndjson', stdin);
    for (const [argv, given] of [
      [[], { stdin }],
      [['-f', '-'], { stdin }],
      [['-'], { stdin }],
      [[file], {}],
      [['--file', file], {}],
    ] as const) {
      const empty = cliIn('log-empty');
      expect([argv, await empty.runIn(given, 'import', ...argv)]).toMatchObject([argv, { code: 0, out: 'imported 3 commits\n' }]);
      empty.remove();
    }
    expect(await to.run('import', file, '-f', file)).toMatchObject({ code: 2, err: expect.stringContaining('name one file') });
    expect(await to.runIn({ answer: '' }, 'import')).toMatchObject({ code: 2, err: expect.stringContaining('-f FILE') });
  });

  it('is refused where it is none, or is broken, with the line that is wrong', async () => {
    const other = cliIn('log-broken');
    const header = '{"format":"nexus-scheduler-log","version":2,"organization":null}';
    for (const [text, why] of [
      ['', 'it is empty'],
      ['{"format":"else"}', 'its first line does not say so'],
      [`${header}\n{"commitId":"c1"}`, 'line 2 has no stream'],
      [header, 'cut off after line 1'],
      [`${header}\n{"end":true,"commits":1}`, 'has 0 commits where its last line says 1'],
      [`${header}\n{"end":true,"commits":0}\n{}`, 'line 3 comes after the end'],
      [`${header}\n[`, 'line 2 is no JSON object'],
      [`${header}\n{"commitId":"c1","stream":"a/b","version":2,"at":1,"events":[]}`, 'line 2 does not follow'],
      [`${header}\n{"commitId":"c1","stream":"a/b","version":1,"at":1,"events":[{"type":"JobInvented"}]}`, 'JobInvented'],
    ] as const) {
      const refused = await other.runIn({ stdin: text }, 'import');
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(why)]);
    }
    other.remove();
  });

  it('says so where there is no such job, or no such file', async () => {
    expect(await from.run('export', 'nobody')).toMatchObject({ code: 1 });
    expect(await from.run('export', 'two', '--all')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('name a job, or ask for --all'),
    });
    const nothing = path.join(to.directory, 'nothing');
    for (const [file, why] of [
      [nothing, 'there is no such file'],
      [to.directory, 'it is a directory'],
    ] as const)
      expect(await to.run('import', '-f', file)).toMatchObject({ code: 1, err: `error: ${file} cannot be read: ${why} (INVALID_FILE)\n` });
  });
});
