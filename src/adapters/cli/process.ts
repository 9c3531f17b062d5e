import { hostname } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import type { CliConfig, CliEnvironment, CliInput, CliOutput, StopSignal } from './environment.js';

type Given = Pick<
  CliEnvironment,
  | 'version'
  | 'now'
  | 'after'
  | 'open'
  | 'listen'
  | 'connect'
  | 'keysIn'
  | 'servers'
  | 'jobTypes'
  | 'restore'
  | 'readInstant'
  | 'nextOccurrences'
> & {
  readonly config: CliConfig;
};

/** The environment of a real process: its streams, signals and exit. */
export const processEnvironment = (process: NodeJS.Process, given: Given): CliEnvironment => ({
  ...given,
  config: { node: hostname(), ...actorOf(process.env), ...colorOf(process.env), ...given.config },
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  stdin: inputOf(process),
  onSignal: (listener) => {
    const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
    };
  },
  keepAlive: () => {
    const { port1 } = new MessageChannel();
    port1.ref();
    return () => port1.close();
  },
  exit: (code) => process.exit(code),
});

const actorOf = ({ USER, LOGNAME, USERNAME }: NodeJS.ProcessEnv): Pick<CliConfig, 'actor'> => {
  const actor = USER || LOGNAME || USERNAME;
  return actor ? { actor } : {};
};

/** See no-color.org: any value but an empty one counts. */
const colorOf = ({ NO_COLOR, FORCE_COLOR, TERM }: NodeJS.ProcessEnv): Pick<CliConfig, 'color'> => {
  if (NO_COLOR || FORCE_COLOR === '0' || FORCE_COLOR === 'false') return { color: 'never' };
  if (FORCE_COLOR !== undefined) return { color: 'always' };
  return TERM === 'dumb' ? { color: 'never' } : {};
};

const outputOf = (stream: NodeJS.WriteStream): CliOutput => {
  let closed = false;
  const listeners: (() => void)[] = [];
  // Whoever read the pipe has seen enough, as `| head` does, or the terminal is gone: that is no error.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    closed = true;
    for (const listener of listeners.splice(0)) listener();
  });
  return {
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.isTTY ? stream.columns : undefined;
    },
    write: (line) => {
      if (!closed) stream.write(line);
    },
    onClosed: (listener) => void listeners.push(listener),
  };
};

const inputOf = ({ stdin, stderr }: NodeJS.Process): CliInput => ({
  isTTY: stdin.isTTY === true,
  text: () => text(stdin),
  ask: async (question) => {
    const lines = createInterface({ input: stdin, output: stderr });
    try {
      return await Promise.race([lines.question(question), new Promise<string>((resolve) => lines.once('close', () => resolve('')))]);
    } finally {
      lines.close();
    }
  },
});
