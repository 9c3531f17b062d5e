import { type FileHandle, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import { Directory } from './directory.js';
import { namesOf, pathFault } from './path.js';

/** A place below a root: which, and the names that lead there. */
type Place = { readonly root: string; readonly names: readonly string[] };

const placeOf = (roots: readonly string[], given: string): Place => {
  const fault = pathFault(given);
  if (fault !== null) throw new NonRetryableError(`the path ${JSON.stringify(given)} ${fault}`);
  const [first] = roots;
  if (first === undefined)
    throw new NonRetryableError('no directory is configured below which jobs may use files: set SCHEDULER_FILE_ROOTS');
  if (!path.isAbsolute(given)) return { root: first, names: namesOf(given) };
  const root = roots.find((candidate) => given === candidate || given.startsWith(`${candidate}${path.sep}`));
  if (root === undefined)
    throw new NonRetryableError(`the path ${given} is not below a directory that jobs may use: see SCHEDULER_FILE_ROOTS`);
  return { root, names: given === root ? [] : namesOf(given.slice(root.length)) };
};

/** The names that lead from its root to a path. */
export const namesBelow = (roots: readonly string[], given: string): readonly string[] => placeOf(roots, given).names;

const openRoot = async (root: string): Promise<Directory> => {
  let directory: Directory;
  try {
    directory = await Directory.open(root);
  } catch (error) {
    throw new Error(`the directory ${root}, below which jobs may use files, cannot be opened: create it, or set SCHEDULER_FILE_ROOTS`, {
      cause: error,
    });
  }
  if (directory.path !== path.parse(directory.path).root) return directory;
  await directory.close();
  throw new NonRetryableError('the whole file system is no directory below which jobs may use files: configure a directory of their own');
};

/** Opens a directory below the roots, step by step, following no link. `make` makes what is missing, the root included. */
export const openDirectory = async (
  roots: readonly string[],
  given: string,
  make: 'make' | 'existing' = 'existing',
): Promise<Directory> => {
  const { root, names } = placeOf(roots, given);
  let at = await (make === 'make' ? ensureRoot(root) : openRoot(root));
  for (const name of names) {
    const above = at;
    try {
      at = await (make === 'make' ? above.ensure(name) : above.enter(name));
    } finally {
      await above.close();
    }
  }
  return at;
};

const ensureRoot = async (root: string): Promise<Directory> => {
  await mkdir(root, { recursive: true, mode: 0o700 });
  return openRoot(root);
};

/** Opens a regular file below the roots for reading. */
export const openFile = async (roots: readonly string[], given: string): Promise<FileHandle> => {
  const fault = pathFault(given);
  if (fault !== null) throw new NonRetryableError(`the path ${JSON.stringify(given)} ${fault}`);
  const name = path.posix.basename(given);
  const directory = await openDirectory(roots, path.posix.dirname(given));
  try {
    return await directory.read(name);
  } finally {
    await directory.close();
  }
};
