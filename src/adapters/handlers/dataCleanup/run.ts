import type { HandlerContext } from '../../../application/api/types.js';
import { type Instant, instant } from '../../../domain/instant.js';
import type { Services } from '../services.js';
import { cleanExecutions, type ExecutionCounts } from './executions.js';
import { cleanFiles, type FileCounts, openAll } from './files.js';
import type { Parameters } from './schema.js';
import { checkTables, cleanTable, type RowCounts } from './tables.js';

const dayMs = 24 * 60 * 60 * 1_000;

export type CleanupResult = {
  readonly dryRun: boolean;
  /** What is older is deleted. */
  readonly before: string;
  readonly tables: { readonly [table: string]: RowCounts };
  readonly files?: FileCounts;
  readonly executions?: ExecutionCounts;
};

/** Refuses what is not allowed before anything is deleted. Then it goes step by step, and what it has done when it is stopped stays done. */
export const cleanUp = async (services: Services, parameters: Parameters, context: HandlerContext): Promise<CleanupResult> => {
  const { retentionDays, tables, tempPaths, dryRun, executions } = parameters;
  const now = services.clock.now();
  const olderThan = (days: number): Instant => instant(now - days * dayMs);
  const before = olderThan(retentionDays);
  const data = tables.length > 0 ? await services.tables() : null;
  if (data) await checkTables(data, tables);
  const directories = await openAll(services, tempPaths);
  try {
    const rows: Record<string, RowCounts> = Object.create(null);
    const steps = tables.length + tempPaths.length + (executions ? 1 : 0);
    let step = 0;
    const part = (fraction: number, message: string): void => context.progress((step + fraction) / steps, message);
    for (const table of data ? tables : []) {
      if (data) rows[table] = await cleanTable(data, table, before, parameters, context, part);
      step++;
    }
    const files = await cleanFiles(services, directories, before, dryRun, context);
    step += tempPaths.length;
    const limits = executions === true ? {} : executions;
    const dropped = limits && (await cleanExecutions(services, limits, olderThan(limits.days ?? retentionDays), dryRun, context));
    context.progress(1);
    return {
      dryRun,
      before: new Date(before).toISOString(),
      tables: { ...rows },
      ...(tempPaths.length > 0 && { files }),
      ...(dropped && { executions: dropped }),
    };
  } finally {
    await Promise.all(directories.map((directory) => directory.close()));
  }
};
