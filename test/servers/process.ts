import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const patienceMs = 30_000;
const pollMs = 10;

export type ServerProcess = {
  readonly port: number;
  /** At once, as in a power cut. */
  kill(): Promise<void>;
};

// The shell holds the other end of our pipe: however this process ends, the server ends with it.
const script = 'exec 3<&0; "$@" </dev/null 3<&- & server=$!; { cat <&3 >/dev/null; $ENDING; kill -9 $server; } 2>/dev/null & wait $server';

/** How to run a server; `ending` is a command that ends it where killing what was run does not. */
export type Run = { readonly command: string; readonly args: readonly string[]; readonly ending?: string };

/** Starts a server and waits until it takes connections on its port. Rejects with what it printed if it ends before. */
export const startProcess = async (port: number, { command, args, ending = '' }: Run): Promise<ServerProcess> => {
  const env = { ...process.env, ENDING: ending };
  const shell = spawn('/bin/sh', ['-c', script, 'sh', command, ...args], { stdio: ['pipe', 'ignore', 'pipe'], env });
  let printed = '';
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed = (printed + text).slice(-2_000);
  });
  const ended = new Promise<void>((resolve) => void shell.on('exit', () => resolve()));
  const kill = async (): Promise<void> => {
    shell.stdin.end();
    await ended;
    await closed(port);
  };
  const failed = ended.then(() => Promise.reject(new Error(`${command} ended at once: ${printed.trim()}`)));
  failed.catch(() => undefined);
  await Promise.race([opened(port), failed]);
  shell.unref();
  return { port, kill };
};

/** A directory of its own for a server's data, and how to remove it. */
export const newDataDirectory = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'nexus-server-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

const opened = (port: number): Promise<void> => until(async () => await accepts(port), `nothing listens on port ${port}`);
const closed = (port: number): Promise<void> => until(async () => !(await accepts(port)), `something still listens on port ${port}`);

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (accepted: boolean) => () => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', answer(true)).once('error', answer(false));
  });

const until = async (holds: () => Promise<boolean>, complaint: string): Promise<void> => {
  for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pollMs) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(complaint);
};
