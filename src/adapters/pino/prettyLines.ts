import colors from 'picocolors';
import type { Output } from './createLogger.js';

type Line = { readonly level: string; readonly time: string; readonly msg: string; readonly [field: string]: unknown };

const paint: { readonly [level: string]: (text: string) => string } = {
  debug: colors.gray,
  info: colors.green,
  warn: colors.yellow,
  error: colors.red,
};

/** Turns JSON lines into lines for people: time, level, message, and the fields as `name=value`. */
export const prettyLines = (output: Output): Output => ({
  write: (line) => output.write(`${prettyLine(JSON.parse(line))}\n`),
});

const prettyLine = ({ level, time, msg, ...fields }: Line): string => {
  const shown = Object.entries(fields).map(([name, value]) => `${colors.dim(`${oneLine(name)}=`)}${shownValue(value)}`);
  const painted = (paint[level] ?? colors.dim)(level.toUpperCase().padEnd(5));
  return [colors.dim(time.slice(11, 23)), painted, oneLine(msg), ...shown].join(' ');
};

const shownValue = (value: unknown): string =>
  typeof value === 'string' && /^[^\s"=]+$/.test(value) ? oneLine(value) : JSON.stringify(value);

/** Control characters as JSON writes them: no text can forge a second line or colour the terminal. */
const oneLine = (text: string): string => JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
