import type { z } from 'zod';
import { refused } from '../../../domain/errors.js';
import type { Asked } from '../route.js';
import { organizationName } from '../schemas.js';
import type { jobInput } from './inputs.js';

export type Definition = z.output<typeof jobInput>;

/** The job that a body means. Throws `INVALID_JOB` for what only a request can have wrong; the scheduler reads the rest. */
export const inputOf = (body: Definition, name: string | undefined, key: string | string[] | undefined): Definition => {
  const issues = [
    ...(name !== undefined && body.jobName !== undefined && body.jobName !== name
      ? [{ path: 'jobName', message: `must be "${name}" as in the URL, or left out` }]
      : []),
    ...('handler' in body
      ? [{ path: 'handler', message: 'belongs to the process that runs the job; it is not taken from elsewhere' }]
      : []),
  ];
  if (issues.length > 0) throw refused('INVALID_JOB', issues);
  return { ...body, ...(name !== undefined && { jobName: name }), ...(key !== undefined && { idempotencyKey: key }) };
};

/** The organization that a job is meant for: that of the request, else that of the body; null where neither names one. */
export const organizationMeant = ({ organization }: Asked, { organization: named }: Definition): string | null =>
  organization ?? organizationName.safeParse(named).data ?? null;
