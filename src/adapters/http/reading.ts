import { z } from 'zod';
import { refused, SchedulerError } from '../../domain/errors.js';
import { issuesOf } from '../input/issues.js';

/** Reads one part of a request. Throws `INVALID_ARGUMENT` naming everything that is wrong with it. */
export const readPart = (schema: z.ZodType | undefined, given: unknown, part: 'params' | 'query' | 'body'): unknown => {
  const read = (schema ?? none).safeParse((part === 'query' ? filled(given) : given) ?? {});
  if (read.success) return read.data;
  throw refused(
    'INVALID_ARGUMENT',
    read.error.issues.flatMap((issue) => issuesOf(issue, { misspelled: misspelled[part], whole: part })),
  );
};

/** What the scheduler refuses of an argument is told of the parameter that it came from. */
export const toldOf =
  (parameter: string, { argument }: { readonly argument: string }) =>
  (error: unknown): never => {
    if (!(error instanceof SchedulerError) || !error.issues) throw error;
    throw refused(
      error.code,
      error.issues.map(({ path, message }) => ({ path: path === argument ? parameter : path, message })),
    );
  };

/** A query without its empty values: `?status=` asks for no more than leaving `status` out. */
const filled = (query: unknown): unknown =>
  Object.fromEntries(
    Object.entries(Object(query)).flatMap(([name, value]) => {
      const values = [value].flat().filter((one) => one !== '');
      if (values.length === 0) return [];
      return [[name, values.length === 1 ? values[0] : values]];
    }),
  );

const none = z.strictObject({});

const misspelled = {
  params: 'is not a part of this address',
  query: 'is not a parameter of this query; check its spelling',
  body: 'is not a field here; check its spelling',
};
