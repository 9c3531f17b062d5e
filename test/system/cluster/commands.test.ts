import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { describeOnMongo } from '../../servers/mongo.js';

const directory = mkdtempSync(path.join(tmpdir(), 'cluster-cli-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const handlers = path.join(directory, 'handlers.mjs');
writeFileSync(handlers, "export default { ping: () => 'pong' };");

type Program = {
  readonly child: ChildProcess;
  /** Resolves with the first match in either output. */
  readonly shows: (text: RegExp) => Promise<string>;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
};

const program = (uri: string, argv: readonly string[], stdin = ''): Program => {
  const env = {
    ...process.env,
    MONGODB_URI: uri,
    MONGODB_DB: `commands_${process.pid}`,
    SCHEDULER_NODE_ID: 'serving',
    PORT: '0',
    DATA_DIR: directory,
  };
  const child = spawn(process.execPath, ['dist/bundle/main.js', ...argv], { env });
  child.stdin.end(stdin);
  let [out, err] = ['', ''];
  const ended = once(child, 'close').then(([code]) => ({ code, out, err }));
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const shows = (text: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const [found] = text.exec(out) ?? text.exec(err) ?? [];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      void ended.then(() => reject(new Error(`ended without ${text}:\n${out}${err}`)));
      look();
    });
  return { child, shows, ended };
};

const ping = (runAt: Date): string =>
  JSON.stringify({ jobName: 'ping', jobType: 'ping', schedule: { type: 'once', runAt: runAt.toISOString() } });

/** Seven programs are started one after the other, each with a connection of its own. */
const limitMs = 180_000;

describeOnMongo(
  'commands on a shared store',
  (server) => {
    it(
      'work beside a node that serves',
      async () => {
        const run = (...argv: readonly string[]) => program(server().uri, argv).ended;
        const serving = program(server().uri, ['serve', '--handlers', handlers]);
        await serving.shows(/handlers .*ping/);
        expect(await serving.shows(/store .*/)).toContain('MongoDB, 127.0.0.1:');
        expect(await program(server().uri, ['schedule', '-f', '-'], ping(new Date())).ended).toMatchObject({ code: 0, err: '' });
        await serving.shows(/started attempt 1\/3 on serving-[0-9a-f]{12}/);
        await serving.shows(/completed in .*"pong"/);
        expect(await program(server().uri, ['schedule', '-f', '-'], ping(new Date('2099-01-01T00:00:00Z'))).ended).toMatchObject({
          code: 0,
        });
        expect(await run('pause', 'ping', '--note', 'by hand')).toMatchObject({ code: 0, err: '' });
        await serving.shows(/paused.*by hand/);
        const listed = await run('list', '--json');
        expect(JSON.parse(listed.out)).toMatchObject([{ jobName: 'ping', status: 'paused' }]);
        expect(await run('verify')).toMatchObject({ code: 0, out: expect.stringContaining('intact') });
        serving.child.kill('SIGTERM');
        expect((await serving.ended).code).toBe(0);
      },
      limitMs,
    );

    it('say what is wrong with the server and what to do about it, without secrets', async () => {
      const failed = await program('mongodb://user:s3cret@127.0.0.1:1/', ['list']).ended;
      expect(failed).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^error: 127\.0\.0\.1:1 .*STORE_UNAVAILABLE/) });
      expect(failed.err).not.toMatch(/s3cret| {4}at /);
    });
  },
  { ferretdb: 'the commands do the same on every server' },
);
