import type { RunInfo, RunOutcome } from '../../application/ports/runner.js';
import type { Json } from '../../domain/json.js';
import { copyJson } from './copyJson.js';
import { handlerContext, type Line } from './handlerContext.js';
import type { HandlerFunction } from './handlerModule.js';
import { failedBy } from './thrown.js';

/** One run of a handler, here or in a thread: whatever it does, an outcome. The parameters are its own copy. */
export const callHandler = async (handler: HandlerFunction, parameters: Json, info: RunInfo, line: Line): Promise<RunOutcome> => {
  try {
    return { kind: 'completed', result: await handler(copyJson(parameters), handlerContext(info, line)) };
  } catch (thrown) {
    return failedBy(thrown);
  }
};
