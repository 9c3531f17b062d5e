import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import type { Services } from '../../../src/adapters/handlers/index.js';
import { openEmbeddedInventory } from '../../../src/adapters/inventory/embedded/index.js';
import type { HandlerContext } from '../../../src/application/api/types.js';
import type { DataTables } from '../../../src/application/ports/dataTables.js';
import type { JobType } from '../../../src/application/ports/jobTypes.js';
import type { OwnRecords } from '../../../src/application/ports/ownRecords.js';
import { manualClock } from '../../../src/bootstrap/index.js';
import { createServices } from '../../../src/bootstrap/services/index.js';
import type { JsonObject } from '../../../src/domain/json.js';
import { begin } from '../../application/opened.js';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

export const temporaryDirectory = (): string => {
  const directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'handlers-')));
  closing.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

/** The services that options open, on the directory of a test, with some of them in place of others. */
export const servicesIn = (directory: string, roots: readonly string[], instead: Partial<Services> = {}): Services => {
  const noRecords = (): Promise<OwnRecords> => Promise.reject(new Error('this test has no scheduler'));
  const { services, close } = createServices(() => ({ store: 'memory', predefined: { directory, roots } }), manualClock(begin), noRecords);
  closing.push(close);
  return Object.create(services, Object.getOwnPropertyDescriptors(instead));
};

/** The embedded tables of a directory, as whoever shares the file has them. */
export const tablesIn = async (directory: string): Promise<DataTables> => {
  const { tables, close } = await openEmbeddedInventory({ directory, defaultOrganization: 'default' });
  closing.push(close);
  return tables;
};

export type Given = {
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
  readonly context?: Partial<HandlerContext>;
};

/** Calls a handler as the scheduler does, after its parameters have been checked. */
export const runType = async (type: JobType, parameters: JsonObject, { signal, onProgress, context }: Given = {}): Promise<unknown> => {
  const issues = type.check(parameters);
  if (issues.length > 0) throw new Error(`refused when scheduled: ${JSON.stringify(issues)}`);
  const log = () => undefined;
  return type.handler(
    parameters as never,
    {
      jobName: 'nightly',
      jobId: 'job-1',
      jobType: type.name,
      organization: 'default',
      executionId: '0190aaaa-0000-7000-8000-00000000000a',
      attempt: 1,
      maxAttempts: 3,
      fencingToken: 1,
      idempotencyKey: 'key-1',
      scheduledFor: begin,
      signal: signal ?? new AbortController().signal,
      log: { debug: log, info: log, warn: log, error: log },
      progress: (fraction: number) => onProgress?.(fraction),
      ...context,
    } as HandlerContext,
  );
};

export async function* lines(...texts: readonly unknown[]): AsyncGenerator<string> {
  for (const text of texts) yield typeof text === 'string' ? text : JSON.stringify(text);
}

export const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
};
