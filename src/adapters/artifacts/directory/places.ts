import { createHash } from 'node:crypto';
import path from 'node:path';

const plain = /^[a-z0-9][a-z0-9._-]{0,127}$/;
const special = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|\.$/;

/**
 * A name as one step of a path: itself where that is safe everywhere. Names that some file systems could not tell apart, or could not
 * hold, get a part of their hash behind a `=`, which no name has.
 */
export const step = (name: string): string => {
  if (plain.test(name) && !special.test(name)) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 12);
  return `${name.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(0, 128)}=${hash}`;
};

/** Where people find files: `organization/job/execution/name`. */
export const jobPlace = (root: string, organization: string, jobName: string): string => path.join(root, step(organization), step(jobName));

/** Beside the file `name`. */
export const noteOf = (name: string): string => `.${name}.json`;
export const isNote = (file: string): boolean => file.startsWith('.') && file.endsWith('.json');
