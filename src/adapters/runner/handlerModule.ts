import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Failed, failedBy } from './thrown.js';

export type HandlerFunction = (parameters: unknown, context: unknown) => unknown;

export type Loaded = { readonly ok: true; readonly handler: HandlerFunction } | { readonly ok: false; readonly outcome: Failed };

/** A path (relative ones from the working directory of the process) or a `file:` URL. */
const urlOfModule = (path: string): string => (path.startsWith('file:') ? path : pathToFileURL(resolve(path)).href);

/** The default export of a module, which must be a function. */
export const loadHandler = async (path: string): Promise<Loaded> => {
  let exported: unknown;
  try {
    exported = await import(/* @vite-ignore */ urlOfModule(path));
  } catch (error) {
    return { ok: false, outcome: notLoaded(path, error) };
  }
  const handler = functionIn(exported);
  if (handler) return { ok: true, handler };
  return { ok: false, outcome: invalid('INVALID_HANDLER_MODULE', `the default export of the handler module ${path} is no function`) };
};

/** Compiled CommonJS keeps its default export one level down. */
const functionIn = (exported: unknown): HandlerFunction | null => {
  const outer = defaultOf(exported);
  const found = typeof outer === 'function' ? outer : defaultOf(outer);
  return typeof found === 'function' ? (found as HandlerFunction) : null;
};

const defaultOf = (value: unknown): unknown => (typeof value === 'object' && value !== null && 'default' in value ? value.default : null);

/** A module that is missing or wrong stays so; one that threw while it was loaded may fare better another time. */
const notLoaded = (path: string, thrown: unknown): Failed => {
  const file = fileOf(path);
  if (file === null) return invalid('INVALID_HANDLER_MODULE', `the handler module ${path} is no valid file URL`);
  if (!existsSync(file)) return invalid('HANDLER_MODULE_MISSING', `the handler module ${path} is missing: there is no file ${file}`);
  const { error, ...failed } = failedBy(thrown);
  const lasting = thrown instanceof SyntaxError || (error.code ?? '').startsWith('ERR_');
  const message = `the handler module ${path} cannot be loaded: ${error.message}`;
  return { ...failed, error: { ...error, message }, retryable: failed.retryable && !lasting };
};

const fileOf = (path: string): string | null => {
  try {
    return fileURLToPath(urlOfModule(path));
  } catch {
    return null;
  }
};

/** A mistake in the set-up: no attempt will end differently. */
export const invalid = (code: string, message: string): Failed => ({
  kind: 'failed',
  error: { name: 'HandlerError', message, code },
  retryable: false,
});
