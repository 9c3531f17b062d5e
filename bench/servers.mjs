// Real servers on free ports of the loopback interface, with data in a directory that goes when they stop.
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

const answers = (command, args) => spawnSync(command, args, { timeout: 10_000 }).status === 0;

const started = async (name, command, args, isUp, { data, stopSignal = 'SIGTERM', ...options }) => {
  const child = spawn(command, args, { stdio: 'ignore', ...options });
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  for (let i = 0; !(await isUp()); i++) {
    if (ended || i > 300) throw new Error(`${name} did not start: ${command} ${args.join(' ')}`);
    await sleep(100);
  }
  const stop = async () => {
    if (!ended) child.kill(stopSignal);
    for (let i = 0; !ended && i < 100; i++) await sleep(50);
    if (!ended) child.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  };
  process.once('exit', () => {
    if (!ended) child.kill('SIGKILL');
    rmSync(data, { recursive: true, force: true });
  });
  return { pid: child.pid, stop };
};

const dataFor = (name) => mkdtempSync(path.join(tmpdir(), `bench-${name}-`));

/** `hz 100` takes the 100 ms grain out of its timers: the best that peers on Redis can do. */
const redis = async () => {
  const [port, data] = [await freePort(), dataFor('redis')];
  const durability = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--hz', '100'];
  const isUp = () => answers('redis-cli', ['-p', `${port}`, 'ping']);
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', data, ...durability];
  return { port, ...(await started('Redis', 'redis-server', args, isUp, { data })) };
};

const postgresPrograms = () => {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.length > 0 ? path.join(root, versions[0], 'bin') : '';
};

/** PostgreSQL does not run as root: there it runs as the user that its package made. */
const postgresUser = () => {
  if (process.getuid() !== 0) return {};
  const idOf = (flag) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim());
  return { uid: idOf('-u'), gid: idOf('-g') };
};

/** As installed: every commit is flushed. */
const postgres = async () => {
  const [port, data, bin, user] = [await freePort(), dataFor('postgres'), postgresPrograms(), postgresUser()];
  const cluster = path.join(data, 'cluster');
  mkdirSync(cluster);
  if (user.uid) for (const each of [data, cluster]) chownSync(each, user.uid, user.gid);
  const init = ['-D', cluster, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C'];
  const made = spawnSync(path.join(bin, 'initdb'), init, { ...user, cwd: data, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const isUp = () => answers('psql', [url, '-c', 'select 1']);
  const args = ['-D', cluster, '-p', `${port}`, '-h', '127.0.0.1', '-c', `unix_socket_directories=${data}`, '-c', 'max_connections=200'];
  const options = { data, stopSignal: 'SIGINT', cwd: data, ...user };
  return { url, ...(await started('PostgreSQL', path.join(bin, 'postgres'), args, isUp, options)) };
};

/** A program that `npm run servers` has fetched; its name begins a directory of the cache. */
const cached = (name) => {
  const cache = process.env.NEXUS_SCHEDULER_CACHE ?? path.join(homedir(), '.cache', 'nexus-scheduler');
  const found = existsSync(cache)
    ? readdirSync(cache).find((entry) => entry.startsWith(`${name}-`) && !/missing|unfinished/.test(entry))
    : null;
  if (!found) throw new Error(`${name} is not in ${cache}: npm run servers fetches it`);
  return path.join(cache, found);
};

const nats = async () => {
  const [port, data] = [await freePort(), dataFor('nats')];
  const program = answers('nats-server', ['--version']) ? 'nats-server' : path.join(cached('nats-server'), 'nats-server');
  const args = ['-js', '-a', '127.0.0.1', '-p', `${port}`, '-sd', data];
  return { url: `nats://127.0.0.1:${port}`, ...(await started('NATS', program, args, () => accepts(port), { data })) };
};

/** mongod where there is one, else a server that speaks its protocol. */
const mongo = async () => {
  const [port, data] = [await freePort(), dataFor('mongo')];
  const uri = `mongodb://127.0.0.1:${port}`;
  const [kind, program, args] = answers('mongod', ['--version'])
    ? ['mongod', 'mongod', ['--bind_ip', '127.0.0.1', '--port', `${port}`, '--dbpath', data, '--quiet']]
    : [
        'SecantusDB',
        path.join(cached('secantusdb'), 'bin', 'python'),
        ['-m', 'secantus', '--host', '127.0.0.1', '--port', `${port}`, '--storage-path', data, '--log-level', 'ERROR'],
      ];
  return { uri, kind, ...(await started(kind, program, args, () => accepts(port), { data })) };
};

const accepts = async (port) => {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
};

const starters = { redis, postgres, nats, mongo };

/** Servers by name, each started when it is first asked for. */
export const servers = () => {
  const running = new Map();
  return {
    get: async (name) => {
      if (!running.has(name)) running.set(name, starters[name]());
      return await running.get(name);
    },
    stopAll: async () => {
      for (const server of running.values()) await (await server.catch(() => null))?.stop();
    },
  };
};
