import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { cachedServer } from './cache.js';
import { freePort, newDataDirectory, type Run, startProcess } from './process.js';
import { skipByName, skipLoudly } from './skip.js';

/** `mongod` is the real one; the other two stand in for it where there is none, each with its own gaps. */
export type MongoKind = 'mongod' | 'secantusdb' | 'ferretdb';

export type MongoServer = {
  readonly kind: MongoKind;
  readonly uri: string;
  /** 0 for a server that is not ours. */
  readonly port: number;
  /** Ends it as in a power cut; the data stay. Not for a server that is not ours. */
  kill(): Promise<void>;
  /** After `kill`, on the same port and data; with these options besides. */
  restart(...options: readonly string[]): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
};

/** How to start a server of one kind, or why it cannot be had. */
export type MongoChoice =
  | { readonly kind: MongoKind; start(...options: readonly string[]): Promise<MongoServer> }
  | { readonly kind: MongoKind; readonly missing: string };

const kinds: readonly MongoKind[] = ['mongod', 'secantusdb', 'ferretdb'];

/** Why a suite does not run on some kinds of server. */
type Unfit = { readonly [K in MongoKind]?: string };

/** Suites on each kind of server that can be had; `server` is one that they share. */
export const describeOnMongo = (name: string, suite: (server: () => MongoServer, kind: MongoKind) => void, unfit: Unfit = {}): void => {
  for (const kind of kinds) {
    const title = `${name} on ${kind}`;
    const choice = mongoChoice(kind);
    const reason = unfit[kind];
    if (reason) skipByName(title, reason);
    else if (!('missing' in choice)) describe(title, () => suite(sharedServer(choice.start), kind));
    else if (kind === 'mongod') skipByName(title, choice.missing);
    else skipLoudly(title, choice.missing);
  }
};

const sharedServer = (start: () => Promise<MongoServer>): (() => MongoServer) => {
  let server: MongoServer | null = null;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());
  return () => {
    if (!server) throw new Error('the server runs within tests only');
    return server;
  };
};

export const mongoChoice = (kind: MongoKind): MongoChoice => {
  if (kind === 'mongod') return realMongo();
  const found = cachedServer(kind);
  if ('missing' in found) return { kind, missing: found.missing };
  return { kind, start: (...options) => startLocal(kind, commands[kind](found.directory), options) };
};

type Plan = (port: number, data: string) => Run;

const commands = {
  secantusdb: (directory: string): Plan => {
    const settings = ['--log-level', 'ERROR', '--enable-test-commands', '--cache-size', '64M'];
    return (port, data) => ({
      command: join(directory, 'bin', 'python'),
      args: ['-m', 'secantus', '--host', '127.0.0.1', '--port', `${port}`, '--storage-path', data, ...settings],
    });
  },
  ferretdb:
    (directory: string): Plan =>
    (port, data) => ({ command: join(directory, 'ferretdb'), args: [`127.0.0.1:${port}`, data] }),
};

const realMongo = (): MongoChoice => {
  const kind = 'mongod';
  const uri = process.env.MONGODB_URI;
  if (uri) return { kind, start: async () => theirs(uri) };
  if (answers('mongod', ['--version'])) return { kind, start: (...options) => startLocal(kind, onPath, options) };
  if (answers('docker', ['info'])) return { kind, start: (...options) => startLocal(kind, inDocker, options) };
  return { kind, missing: 'MONGODB_URI is not set, mongod is not on the PATH, and no Docker daemon answers' };
};

const onPath: Plan = (port, data) => ({
  command: 'mongod',
  args: ['--bind_ip', '127.0.0.1', '--port', `${port}`, '--dbpath', data, '--quiet'],
});

const inDocker: Plan = (port, data) => {
  const name = `nexus-mongo-${port}`;
  const args = ['run', '--rm', '--name', name, '-p', `127.0.0.1:${port}:27017`, '-v', `${data}:/data/db`, 'mongo:8'];
  return { command: 'docker', args, ending: `docker kill ${name}` };
};

const answers = (command: string, args: readonly string[]): boolean => spawnSync(command, args, { timeout: 10_000 }).status === 0;

const theirs = (uri: string): MongoServer => {
  const refuse = (): never => {
    throw new Error('MONGODB_URI names a server that is not ours to stop');
  };
  return { kind: 'mongod', uri, port: 0, kill: async () => refuse(), restart: async () => refuse(), stop: async () => {} };
};

/** SecantusDB looks at every connection that waits for news 50 times a second; a few dozen keep it from its work. */
const quiet = 'serverMonitoringMode=poll';

const startLocal = async (kind: MongoKind, plan: Plan, options: readonly string[]): Promise<MongoServer> => {
  const data = newDataDirectory();
  const port = await freePort();
  const { args, ...program } = plan(port, data.path);
  const start = (more: readonly string[] = []) => startProcess(port, { ...program, args: [...args, ...options, ...more] });
  let running = await start();
  return {
    kind,
    uri: `mongodb://127.0.0.1:${port}/?directConnection=true${kind === 'secantusdb' ? `&${quiet}` : ''}`,
    port,
    kill: () => running.kill(),
    restart: async (...more) => {
      running = await start(more);
    },
    stop: async () => {
      await running.kill();
      data.remove();
    },
  };
};
