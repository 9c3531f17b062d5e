import { readFile } from 'node:fs/promises';
import type { JobInput } from '../../application/api/types.js';
import type { Issue } from '../../domain/errors.js';
import type { CliInput } from './environment.js';
import { FileError, unusable } from './failure.js';

/** The jobs of a file, or of standard input for `-`: one object, an array, or `{ "jobs": [...] }`. What is in them is not looked at. */
export const readJobsFile = async (file: string, stdin: CliInput): Promise<readonly JobInput[]> => {
  const name = file === '-' ? 'standard input' : file;
  const jobs = jobsIn(parsed(await textOf(file, stdin), name));
  if (jobs === null) throw new FileError(`${name} must hold a job, an array of jobs, or { "jobs": [...] }`);
  if (jobs.length === 0) throw new FileError(`${name} holds no jobs`);
  const repeated = repeatedNames(jobs);
  if (repeated.length > 0) throw new FileError(`${name} names a job twice`, repeated);
  // Unchecked on purpose: the scheduler names everything that is wrong with each of them.
  return jobs as readonly JobInput[];
};

const textOf = async (file: string, stdin: CliInput): Promise<string> => {
  if (file === '-') return stdin.text();
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unusable(file, 'read', error);
  }
};

const parsed = (text: string, name: string): unknown => {
  const json = text.replace(/^\ufeff/, '');
  try {
    return JSON.parse(json);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new FileError(`${name} is no JSON: ${message}${lineOf(json, message)}`, [], { cause: error });
  }
};

/** People count lines; some versions of Node only say at which character. */
const lineOf = (json: string, message: string): string => {
  const position = /at position (\d+)$/.exec(message)?.[1];
  if (position === undefined) return '';
  const before = json.slice(0, Number(position)).split('\n');
  return ` (line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1})`;
};

const jobsIn = (value: unknown): readonly unknown[] | null => {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'object' || value === null) return null;
  if (!('jobs' in value)) return [value];
  return Array.isArray(value.jobs) ? value.jobs : null;
};

/** A second entry of the same name would silently win. */
const repeatedNames = (jobs: readonly unknown[]): readonly Issue[] => {
  const first = new Map<string, number>();
  return jobs.flatMap((job, index) => {
    const { jobName, organization = '' } = Object(job);
    const key = `${organization}/${jobName}`;
    const before = first.get(key);
    if (typeof jobName !== 'string' || before === undefined) {
      first.set(key, index);
      return [];
    }
    return typeof jobName === 'string'
      ? [{ path: `jobs[${index}].jobName`, message: `"${jobName}" is the name of jobs[${before}] too` }]
      : [];
  });
};
