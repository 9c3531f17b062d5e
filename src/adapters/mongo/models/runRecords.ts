import type { RunRecord } from '../../../application/ports/runRecords.js';
import { splitStream } from '../../../application/streams.js';
import { nativeObject } from '../native.js';

export type RunDocument = { readonly _id: string; readonly stream: string; readonly json: string };

export const runDocument = ({ executionId, ...record }: RunRecord) => ({
  _id: executionId,
  ...splitStream(record.stream),
  stream: record.stream,
  progress: record.progress && nativeObject(record.progress),
  json: JSON.stringify(record),
});

export const recordOf = ({ _id: executionId, json }: RunDocument): RunRecord => ({
  executionId,
  ...(JSON.parse(json) as Omit<RunRecord, 'executionId'>),
});
