import { InvalidArgumentError } from 'commander';
import type { CliEnvironment } from './environment.js';

/** A whole number from `least` up. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Give a whole number of at least ${least}.`);
    return value;
  };

export const portNumber = (text: string): number => {
  const port = wholeNumber(0)(text);
  if (port > 65_535) throw new InvalidArgumentError('Give a port from 0 to 65535.');
  return port;
};

/** The empty text, as a variable that is not set leaves it, would mean the directory that happens to be the current one. */
export const directoryName = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('Give the name of a directory.');
  return text;
};

export const addressName = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('Give an address, such as 127.0.0.1.');
  return text;
};

/** An instant, as the library reads one. */
export const isoInstant =
  ({ readInstant }: CliEnvironment) =>
  (text: string): Date => {
    const read = readInstant(text);
    if (!read.ok) throw new InvalidArgumentError(`It ${read.fault}.`);
    return new Date(read.at);
  };

/** `k=v` pairs, collected: v is JSON where it parses, else the text itself. */
export const parameter = (text: string, sofar: ReadonlyMap<string, unknown> = new Map()): ReadonlyMap<string, unknown> => {
  const equals = text.indexOf('=');
  if (equals < 1) throw new InvalidArgumentError('Give name=value.');
  return new Map([...sofar, [text.slice(0, equals), jsonOrText(text.slice(equals + 1))]]);
};

const jsonOrText = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** One of the words, or several with commas or by giving the option again. */
export const oneOf =
  <T extends string>(words: readonly T[]) =>
  (text: string, sofar: readonly T[] = []): readonly T[] => {
    const given = text.split(',').map((word) => words.find((known) => known.toLowerCase() === word.trim().toLowerCase()));
    const known = given.filter((word) => word !== undefined);
    if (known.length !== given.length) throw new InvalidArgumentError(`Allowed are ${words.join(', ')}.`);
    return [...sofar, ...known];
  };
