import type { Issue } from '../../domain/errors.js';
import type { JsonObject } from '../../domain/json.js';
import type { Handler } from '../api/types.js';
import type { HandlerOptions } from '../handlers.js';

/** A job type that comes with the scheduler. */
export type JobType = {
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** JSON Schema (2020-12) of its parameters. */
  readonly parameters: JsonObject;
  /** Parameters that work. */
  readonly example: JsonObject;
  /** What is wrong with the shape of parameters; paths begin with `parameters`. What is allowed is only known where the job runs. */
  check(parameters: JsonObject): readonly Issue[];
  readonly handler: Handler<never>;
  readonly options?: HandlerOptions;
};
