import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A process of its own on the built package. */
export const startChild = (script: string, ...parameters: readonly string[]): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, 'child', script), ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });

/** What a child prints until it ends by itself. */
export const outputOf = async (child: ChildProcess): Promise<string> => {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(child, 'close');
  return text;
};

export const kill = async (child: ChildProcess): Promise<void> => {
  const gone = once(child, 'close');
  child.kill('SIGKILL');
  await gone;
};
