/** The columns of a job in the order in which they are written, and those that make up a row when it is read. */
export const jobColumns = [
  'stream',
  'version',
  'phase',
  'handler_key',
  'priority',
  'work_at',
  'due_at',
  'expires_at',
  'tags',
  'description',
  'entry',
] as const;
export const jobRowColumns = ['stream', 'version', 'entry'] as const;
export const executionColumns = ['execution_id', 'stream', 'version', 'queued_version', 'finished_at', 'entry'] as const;
export const recordColumns = ['execution_id', 'stream', 'record'] as const;
