import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readInstant } from '../../../src/adapters/calendar/dateValue.js';
import type { CliEnvironment, CliOutput, StopSignal } from '../../../src/adapters/cli/environment.js';
import { runCli } from '../../../src/adapters/cli/index.js';
import { connect } from '../../../src/adapters/client/index.js';
import { background } from '../../../src/adapters/system/background.js';
import { createScheduler, manualClock, nextOccurrences } from '../../../src/bootstrap/index.js';
import { jobTypes } from '../../../src/bootstrap/jobTypes.js';
import { keysIn } from '../../../src/bootstrap/keys.js';
import { restoreArchive } from '../../../src/bootstrap/restore.js';

export const monday = new Date('2026-03-02T09:00:00Z');

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

export type Surroundings = {
  /** What is piped in. */
  readonly stdin?: string;
  /** What a person at the keyboard answers. */
  readonly answer?: string;
  /** Width of the terminal that stdout and stderr are. */
  readonly columns?: number;
  readonly color?: 'always' | 'never';
  /** Of the service that is asked. */
  readonly key?: string;
  /** What the configuration names. */
  readonly servers?: CliEnvironment['servers'];
};

/** An output that remembers, and tells when a text has appeared in it. */
class Page implements CliOutput {
  readonly isTTY: boolean;
  text = '';
  readonly #waiting: { readonly text: string; readonly resolve: () => void }[] = [];
  #close: () => void = () => undefined;

  constructor(readonly columns: number | undefined) {
    this.isTTY = columns !== undefined;
  }

  write(text: string): void {
    this.text += text;
    for (const waiting of this.#waiting) if (this.text.includes(waiting.text)) waiting.resolve();
  }

  onClosed(listener: () => void): void {
    this.#close = listener;
  }

  close(): void {
    this.#close();
  }

  async shows(text: string): Promise<void> {
    if (!this.text.includes(text)) await new Promise<void>((resolve) => this.#waiting.push({ text, resolve }));
  }
}

/** A command that is running. */
export type Running = {
  readonly out: Page;
  readonly err: Page;
  readonly signal: (signal: StopSignal) => void;
  /** Exit codes of exits at once. */
  readonly exits: readonly number[];
  /** Lets every pause of the command be over. */
  readonly poll: () => void;
  readonly done: Promise<Ran>;
};

/** The command line on a directory of its own, at a time that stands still until it is moved. */
export const cliIn = (prefix: string) => {
  const directory = mkdtempSync(path.join(tmpdir(), `cli-${prefix}-`));
  const data = path.join(directory, 'data');
  const clock = manualClock(monday);

  const start = (argv: readonly string[], { stdin = '', answer, columns, color, key, servers = [] }: Surroundings = {}): Running => {
    const [out, err] = [new Page(columns), new Page(columns)];
    const listeners = new Set<(signal: StopSignal) => void>();
    const pauses = new Set<() => void>();
    const exits: number[] = [];
    const environment: CliEnvironment = {
      version: '1.2.3',
      config: { directory: data, organization: 'default', node: 'test-node', actor: 'alice', ...(color && { color }) },
      stdout: out,
      stderr: err,
      stdin: {
        isTTY: answer !== undefined,
        text: async () => stdin,
        ask: async (question) => {
          err.write(question);
          return answer ?? '';
        },
      },
      now: () => new Date(clock.now()),
      open: ({ store, ...options }) => {
        if (typeof store === 'object' && 'shared' in store) throw new Error('there is no cluster here');
        return createScheduler({ ...options, store, clock, predefined: false });
      },
      connect: (url, organization) =>
        connect({
          url,
          background,
          now: () => clock.now(),
          ...(key !== undefined && { key }),
          ...(organization !== undefined && { organization }),
        }),
      keysIn: (directory) => keysIn({}, directory),
      servers,
      listen: async () => null,
      jobTypes,
      restore: (request) => restoreArchive({ ...request, predefined: {}, organization: 'default' }),
      readInstant,
      nextOccurrences: (schedule, options) => nextOccurrences(schedule, options),
      after: (_, callback) => {
        pauses.add(callback);
        return () => void pauses.delete(callback);
      },
      onSignal: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      keepAlive: () => () => undefined,
      exit: (code) => void exits.push(code),
    };
    return {
      out,
      err,
      exits,
      signal: (signal) => {
        for (const listener of listeners) listener(signal);
      },
      poll: () => {
        for (const callback of [...pauses]) callback();
      },
      done: runCli(argv, environment).then((code) => ({ code, out: out.text, err: err.text })),
    };
  };

  return {
    directory,
    data,
    clock,
    start,
    run: (...argv: readonly string[]): Promise<Ran> => start(argv).done,
    runIn: (surroundings: Surroundings, ...argv: readonly string[]): Promise<Ran> => start(argv, surroundings).done,
    json: async (...argv: readonly string[]) => JSON.parse((await start([...argv, '--json']).done).out),
    /** Writes a file beside the store and returns its path. */
    file: (name: string, content: unknown): string => {
      const file = path.join(directory, name);
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
};

export const everyMinute = { type: 'recurring', interval: { value: 1, unit: 'minute' } };
