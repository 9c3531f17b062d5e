import type { StreamKey, Version } from '../../application/ports/eventStore.js';
import type { ExecutionRow } from '../../application/ports/readModels.js';
import type { Instant } from '../../domain/instant.js';

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

  const oldestKept = (stream: StreamKey, maxExecutions: number | null, finishedSince: Instant | null): Version | null => {
    const rows = of(stream);
    const [newest, oldest] = [rows[0], rows.at(-1)];
    if (!newest || !oldest) return null;
    const kept = rows
      .slice(0, maxExecutions ?? rows.length)
      .filter(({ finishedAt }) => finishedAt === null || finishedSince === null || finishedAt >= finishedSince);
    const version = kept.at(-1)?.queuedVersion ?? newest.queuedVersion + 1;
    return version > oldest.queuedVersion ? version : null;
  };

  /** Removes the entries queued below a version and says which. */
  const drop = (stream: StreamKey, belowVersion: Version, kept: readonly string[] = []): readonly string[] => {
    const dropped = of(stream).filter((row) => row.queuedVersion < belowVersion && !kept.includes(row.executionId));
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
    oldestKept,
    drop,
    clear: () => {
      byId.clear();
      byStream.clear();
    },
  };
};

const newestFirst = (a: ExecutionRow, b: ExecutionRow): number =>
  b.queuedVersion - a.queuedVersion || (a.executionId < b.executionId ? 1 : -1);
