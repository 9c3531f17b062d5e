import type { ExecutionRow } from '../../../application/ports/readModels.js';
import { splitStream } from '../../../application/streams.js';
import type { Json } from '../../../domain/json.js';
import { long, nativeObject } from '../native.js';

/** What is read of an execution again, and what queries filter by. */
export type ExecutionDocument = {
  readonly _id: string;
  readonly stream: string;
  readonly version: number;
  readonly queuedVersion: number;
  readonly finishedAt: Date | null;
  /** The entry as JSON, without what users put in. */
  readonly json: string;
  readonly parameters: string;
  readonly result?: string;
};

export const executionDocument = ({ parameters, result, ...entry }: ExecutionRow) => {
  const { executionId, ...fields } = entry;
  return {
    _id: executionId,
    ...splitStream(entry.stream),
    ...nativeObject(fields),
    stream: entry.stream,
    version: long(entry.version),
    parameters: JSON.stringify(parameters),
    ...(result !== undefined && { result: JSON.stringify(result) }),
    json: JSON.stringify(entry),
  };
};

export const executionOf = ({ json, parameters, result }: Pick<ExecutionDocument, 'json' | 'parameters' | 'result'>): ExecutionRow => ({
  ...(JSON.parse(json) as Omit<ExecutionRow, 'parameters'>),
  parameters: JSON.parse(parameters) as Json,
  ...(result !== undefined && { result: JSON.parse(result) as Json }),
});
