import type { CliConfig, CliEnvironment, CliOutput } from './environment.js';
import { type Paint, paintOf } from './format/paint.js';
import { printableJson } from './format/printable.js';

/** Where a command says what it has to say: results on stdout, everything about getting there on stderr. */
export type Terminal = {
  readonly paint: Paint;
  /** Width to fit; undefined where the output is no terminal, and nothing is cut. */
  readonly columns: number | undefined;
  print(...lines: readonly string[]): void;
  /** One document, over several lines where people read it. */
  printJson(value: unknown): void;
  /** One document on one line. */
  printJsonLine(value: unknown): void;
  note(...lines: readonly string[]): void;
  /** Shows how far long work is, for a person who waits; elsewhere nothing. */
  progress(what: string): { readonly on: (done: number, total: number) => void; readonly end: () => void };
};

export const terminalOf = ({ stdout, stderr, config }: CliEnvironment, noColor: boolean): Terminal => {
  const lines = (output: CliOutput, texts: readonly string[]): void => output.write(texts.map((text) => `${text}\n`).join(''));
  return {
    paint: paintOf(!noColor && hasColor(stdout, config)),
    columns: stdout.isTTY ? (stdout.columns ?? 80) : undefined,
    print: (...texts) => lines(stdout, texts),
    printJson: (value) => lines(stdout, [printableJson(value, 2)]),
    printJsonLine: (value) => lines(stdout, [printableJson(value)]),
    note: (...texts) => lines(stderr, texts),
    progress: (what) => (stderr.isTTY ? progressOn(stderr, what) : { on: () => undefined, end: () => undefined }),
  };
};

const hasColor = ({ isTTY }: CliOutput, { color }: CliConfig): boolean => color === 'always' || (color !== 'never' && isTTY);

const eraseLine = '\r\u001b[2K';

const progressOn = (output: CliOutput, what: string): ReturnType<Terminal['progress']> => {
  let shown = -1;
  return {
    on: (done, total) => {
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      if (percent === shown) return;
      shown = percent;
      output.write(`${eraseLine}${what} ${percent} % (${done.toLocaleString('en')} of ${total.toLocaleString('en')})`);
    },
    end: () => {
      if (shown >= 0) output.write(eraseLine);
    },
  };
};
