import type { StreamKey, Version } from '../../application/ports/eventStore.js';
import type { ExecutionRow } from '../../application/ports/readModels.js';

/** History entries, by execution and by stream. */
export const historyTable = () => {
  const byId = new Map<string, ExecutionRow>();
  const byStream = new Map<StreamKey, Set<string>>();

  const put = (row: ExecutionRow): void => {
    if ((byId.get(row.executionId)?.version ?? 0) >= row.version) return;
    byId.set(row.executionId, row);
    const ids = byStream.get(row.stream) ?? new Set();
    byStream.set(row.stream, ids.add(row.executionId));
  };

  const of = (stream: StreamKey): readonly ExecutionRow[] =>
    [...(byStream.get(stream) ?? [])].flatMap((id) => byId.get(id) ?? []).sort(newestFirst);

  /** Executions queued by one commit are never split between pages. */
  const page = (stream: StreamKey, limit: number, beforeVersion = Number.POSITIVE_INFINITY): readonly ExecutionRow[] => {
    const rows = of(stream).filter((row) => row.queuedVersion < beforeVersion);
    const last = rows[limit - 1];
    return last ? rows.filter((row) => row.queuedVersion >= last.queuedVersion) : rows;
  };

  /** Removes the entries queued below a version and says which. */
  const drop = (stream: StreamKey, belowVersion: Version): readonly string[] => {
    const dropped = of(stream).filter((row) => row.queuedVersion < belowVersion);
    for (const { executionId } of dropped) {
      byId.delete(executionId);
      byStream.get(stream)?.delete(executionId);
    }
    if (byStream.get(stream)?.size === 0) byStream.delete(stream);
    return dropped.map(({ executionId }) => executionId);
  };

  return {
    put,
    get: (executionId: string) => byId.get(executionId),
    page,
    drop,
    clear: () => {
      byId.clear();
      byStream.clear();
    },
  };
};

const newestFirst = (a: ExecutionRow, b: ExecutionRow): number =>
  b.queuedVersion - a.queuedVersion || (a.executionId < b.executionId ? 1 : -1);
