import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type HandlerOptions, isHandler } from '../../application/handlers.js';
import type { HandlerRef } from '../../application/ports/runner.js';
import type { Issue } from '../../domain/errors.js';
import { FileError } from './failure.js';

export type LoadedHandlers = ReadonlyMap<string, { readonly handler: HandlerRef; readonly options: HandlerOptions }>;

/**
 * The handlers of an ES module: its default export is an object of `name: function` or `name: { handler, concurrency }`. A handler may
 * also be the path of a module of its own, seen from this file.
 */
export const loadHandlers = async (file: string): Promise<LoadedHandlers> => {
  const path = resolve(file);
  if (!(await isFile(path))) throw new FileError(`there is no handlers file ${file}`);
  const exported = await defaultExport(path, file);
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported))
    throw new FileError(`the default export of ${file} must be an object such as { "my-job": async (parameters) => { ... } }`);
  const issues: Issue[] = [];
  const loaded = new Map(
    Object.entries(exported).flatMap(([name, given]) => {
      const read = readHandler(given, dirname(path));
      if ('fault' in read) issues.push({ path: name, message: read.fault });
      return 'fault' in read ? [] : [[name, read]];
    }),
  );
  if (issues.length > 0) throw new FileError(`the default export of ${file} has entries that are no handlers`, issues);
  return loaded;
};

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

const defaultExport = async (path: string, file: string): Promise<unknown> => {
  try {
    const module: unknown = await import(pathToFileURL(path).href);
    return Object(module).default;
  } catch (error) {
    throw new FileError(
      `the handlers file ${file} cannot be loaded: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
      [],
      {
        cause: error,
      },
    );
  }
};

type Read = { readonly handler: HandlerRef; readonly options: HandlerOptions } | { readonly fault: string };

const readHandler = (given: unknown, directory: string): Read => {
  if (isHandler(given)) return { handler: located(given, directory), options: {} };
  if (typeof given !== 'object' || given === null) return { fault: 'must be a function, or { handler, concurrency }' };
  const { handler, concurrency } = Object(given);
  if (!isHandler(handler)) return { fault: 'needs a function as its handler' };
  if (concurrency === undefined) return { handler: located(handler, directory), options: {} };
  return Number.isInteger(concurrency) && concurrency >= 1
    ? { handler: located(handler, directory), options: { concurrency } }
    : { fault: 'its concurrency must be a whole number of at least 1' };
};

const located = (handler: HandlerRef, directory: string): HandlerRef =>
  typeof handler === 'string' ? resolve(directory, handler) : handler;
