import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'nats';
import { describe } from 'vitest';
import { cachedServer } from './cache.js';
import { freePort, newDataDirectory, type Run, startProcess } from './process.js';
import { skipLoudly } from './skip.js';

export type NatsServer = {
  readonly url: string;
  /** Where its data are; empty for a server that is not ours. */
  readonly data: string;
  /** Ends it as in a power cut; the data stay. Not for a server that is not ours. */
  kill(): Promise<void>;
  /** After `kill`, on the same port and data; with another configuration if one is given. */
  restart(configuration?: string): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
};

/** Starts a server with JetStream, unless its configuration is given. */
export type StartNats = (configuration?: string) => Promise<NatsServer>;

/** How to start a server, or why it cannot be had. */
type NatsChoice = { readonly start: StartNats } | { readonly missing: string };

/** One that is not ours serves only suites that do not end it, and only if nobody's events are on it. */
export const natsChoice = (ownership: 'any' | 'ours'): NatsChoice => {
  const url = process.env.NATS_URL;
  if (url && ownership === 'any') return { start: () => theirs(url) };
  if (answers('nats-server', ['--version'])) return { start: startLocal(program('nats-server')) };
  if (answers('docker', ['info'])) return { start: startLocal(inDocker) };
  const found = cachedServer('nats-server');
  return 'missing' in found ? found : { start: startLocal(program(join(found.directory, 'nats-server'))) };
};

/** A suite on a real server. Where there is none it is skipped and says why; a continuous integration may not skip it. */
export const describeOnNats = (name: string, ownership: 'any' | 'ours', suite: (start: StartNats) => void): void => {
  const choice = natsChoice(ownership);
  if ('start' in choice) describe(name, () => suite(choice.start));
  else skipLoudly(name, choice.missing);
};

type Plan = (port: number, data: string, configuration: string) => Run;

const program =
  (command: string): Plan =>
  (port, data, configuration) => {
    writeFileSync(join(data, 'nats.conf'), configuration);
    return { command, args: ['-a', '127.0.0.1', '-p', `${port}`, '-sd', data, '-c', join(data, 'nats.conf')] };
  };

const inDocker: Plan = (port, data, configuration) => {
  writeFileSync(join(data, 'nats.conf'), configuration);
  const name = `nexus-nats-${port}`;
  const args = ['run', '--rm', '--name', name, '-p', `127.0.0.1:${port}:4222`, '-v', `${data}:/data`, 'nats:2.10'];
  return { command: 'docker', args: [...args, '-sd', '/data', '-c', '/data/nats.conf'], ending: `docker kill ${name}` };
};

const answers = (command: string, args: readonly string[]): boolean => spawnSync(command, args, { timeout: 10_000 }).status === 0;

const startLocal =
  (plan: Plan): StartNats =>
  async (configuration = 'jetstream {}') => {
    const data = newDataDirectory();
    const port = await freePort();
    let running = await startProcess(port, plan(port, data.path, configuration));
    return {
      url: `nats://127.0.0.1:${port}`,
      data: data.path,
      kill: () => running.kill(),
      restart: async (other = configuration) => {
        running = await startProcess(port, plan(port, data.path, other));
      },
      stop: async () => {
        await running.kill();
        data.remove();
      },
    };
  };

const theirs = async (url: string): Promise<NatsServer> => {
  const connection = await connect({ servers: url });
  const { streams } = await connection.jetstreamManager();
  const ofScheduler = async () =>
    (await streams.list().next()).map(({ config }) => config.name).filter((n) => n.startsWith('SCHEDULER_EVENTS'));
  const found = await ofScheduler();
  if (found.length > 0) throw new Error(`NATS_URL names a server with ${found.join(', ')}, which a test would remove`);
  const refuse = async (): Promise<never> => {
    throw new Error('NATS_URL names a server that is not ours to stop');
  };
  return {
    url,
    data: '',
    kill: refuse,
    restart: refuse,
    stop: async () => {
      for (const name of await ofScheduler()) await streams.delete(name);
      await connection.close();
    },
  };
};
