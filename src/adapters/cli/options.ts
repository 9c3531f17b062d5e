import { InvalidArgumentError } from 'commander';

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

const isoInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** ISO 8601 with an offset; kept as it is written, for the scheduler to read. */
export const isoText = (text: string): string => {
  if (!isoInstant.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('Give ISO 8601 with Z or an offset, such as 2026-01-31T09:00:00Z.');
  return text;
};

export const isoDate = (text: string): Date => new Date(isoText(text));

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
