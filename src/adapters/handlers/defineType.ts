import { z } from 'zod';
import type { HandlerContext } from '../../application/api/types.js';
import type { HandlerOptions } from '../../application/handlers.js';
import type { JobType } from '../../application/ports/jobTypes.js';
import type { JsonObject } from '../../domain/json.js';
import { issuesOf } from '../input/issues.js';

type Definition<S extends z.ZodType<object>> = {
  readonly name: string;
  readonly summary: string;
  readonly schema: S;
  readonly example: z.input<S> & JsonObject;
  readonly options?: HandlerOptions;
  /** Imports what it needs when it is called: no process loads what it does not run. */
  readonly run: (parameters: z.output<S>, context: HandlerContext) => Promise<unknown>;
};

/** A job type whose parameters have a schema: checked when a job is scheduled, and once more where it runs. */
export const defineType = <S extends z.ZodType<object>>({ name, summary, schema, example, options, run }: Definition<S>): JobType => ({
  name,
  summary,
  get parameters() {
    return z.toJSONSchema(schema, { io: 'input' }) as JsonObject;
  },
  example,
  ...(options && { options }),
  check: (parameters) => {
    const read = schema.safeParse(parameters);
    return read.success ? [] : read.error.issues.flatMap((issue) => issuesOf(issue, words, ['parameters']));
  },
  handler: (parameters: never, context) => run(schema.parse(parameters), context),
});

const words = { misspelled: 'is not a parameter of this job type; check its spelling', whole: 'parameters' };
