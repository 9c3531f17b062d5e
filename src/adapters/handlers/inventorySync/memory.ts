import { createHash } from 'node:crypto';
import type { HandlerContext } from '../../../application/api/types.js';
import type { Json } from '../../../domain/json.js';
import type { Services } from '../services.js';
import type { Parameters } from './schema.js';
import type { Conditions } from './source.js';

/** What one run tells the next. */
export type Remembered = { readonly conditions: Conditions; readonly lists: readonly string[] };

const ownerOf = ({ organization, jobName, jobId }: HandlerContext) => ({ organization, jobName, jobId });

/** The state of a source only counts for whoever reads it in the same way. */
const wayOf = ({ source, content, mode, deleteMissing }: Parameters): string =>
  createHash('sha256')
    .update(JSON.stringify([source, content, mode, deleteMissing]))
    .digest('hex');

export const recall = async (services: Services, parameters: Parameters, context: HandlerContext): Promise<Remembered> => {
  const { way, conditions = {}, lists = [] } = Object(await (await services.memory()).recall(ownerOf(context)));
  return { conditions: way === wayOf(parameters) && !parameters.force ? conditions : {}, lists };
};

export const remember = async (
  services: Services,
  parameters: Parameters,
  context: HandlerContext,
  { conditions, lists }: Remembered,
): Promise<void> => {
  const value: Json = { way: wayOf(parameters), conditions, lists };
  await (await services.memory()).remember(ownerOf(context), value);
};
