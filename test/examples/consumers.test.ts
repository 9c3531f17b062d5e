import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { open, operator } from '../adapters/nats/client.js';
import { World } from '../application/relay/world.js';
import { completed } from '../contracts/samples.js';
import { cachedServer } from '../servers/cache.js';
import { describeOnNats } from '../servers/nats.js';
import { skipLoudly } from '../servers/skip.js';

/** Runs until it has printed so many lines. */
const linesOf = async (child: ChildProcess, count: number): Promise<void> => {
  let printed = 0;
  if (!child.stdout) throw new Error('its output is not piped');
  for await (const _ of createInterface({ input: child.stdout })) if (++printed === count) return;
  throw new Error(`it ended after ${printed} of ${count} lines`);
};

const ended = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  const exit = once(child, 'exit');
  child.kill(signal);
  return (await exit)[0];
};

const describeConsumer = (language: string, command: string, script: string): void =>
  describeOnNats(`the example of a consumer in ${language}`, 'any', (start) => {
    it('acts on each event once and in order, though it is killed and events come twice', async () => {
      const server = await start();
      const [nats, connection] = [open(server.url), await operator(server.url)];
      const world = new World();
      for (let i = 0; i < 15; i++) await world.append(`acme/job-${i % 2}.x`, [completed(i), completed('second')]);
      await world.append('globex/other');
      await nats.publisher.prepare(0);
      const directory = mkdtempSync(join(tmpdir(), 'consumer-'));
      const file = join(directory, 'effects.ndjson');
      const effects = (): readonly string[] =>
        readFileSync(file, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).id);
      const run = () =>
        spawn(command, [script, file, 'acme'], { env: { ...process.env, NATS_URL: server.url }, stdio: ['ignore', 'pipe', 'inherit'] });

      await nats.publisher.publish(0, world.appended.slice(0, 20), 0);
      const first = run();
      await linesOf(first, 7);
      await ended(first, 'SIGKILL');
      for (const { subject, body } of world.appended.slice(10, 15)) await connection.jetstream().publish(subject, body);
      await nats.publisher.publish(0, world.appended.slice(20), 25);
      const left = 30 - effects().length;
      const second = run();
      await linesOf(second, left);
      expect(await ended(second, 'SIGTERM')).toBe(0);
      expect(effects()).toEqual(world.appended.slice(0, 30).map(({ id }) => id));
      rmSync(directory, { recursive: true });

      await Promise.all([nats.close(), connection.close()]);
      await server.stop();
    });
  });

describeConsumer('JavaScript', process.execPath, 'examples/consumer.mjs');

const python = cachedServer('nats-py');
if ('missing' in python) skipLoudly('the example of a consumer in Python', python.missing);
else describeConsumer('Python', join(python.directory, 'bin', 'python'), 'examples/consumer.py');
