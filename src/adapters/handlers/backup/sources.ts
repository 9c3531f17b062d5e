import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import type { DataTables } from '../../../application/ports/dataTables.js';
import type { Services } from '../services.js';
import type { Saved } from './archive/manifest.js';
import type { Entry } from './archive/write.js';
import { directoryEntries } from './directorySource.js';
import { linesInParts } from './parts.js';
import type { Source } from './schema.js';

/** Something to save: its entries, and once they have been read what they were. */
export type Saving = { readonly entries: AsyncIterable<Entry>; saved(): Saved };

/** Refuses what is not allowed before anything is written. */
export const savingsOf = async (
  services: Services,
  sources: readonly Source[],
  destination: string,
  context: HandlerContext,
): Promise<readonly Saving[]> => {
  const savings: Saving[] = [];
  const seen = new Set<string>();
  const add = (key: string, make: () => Saving): void => {
    if (seen.has(key)) throw new NonRetryableError(`parameters.sources: ${key} is named twice`);
    seen.add(key);
    savings.push(make());
  };
  const modifiedAt = new Date(services.clock.now());
  for (const source of sources) {
    if (source === 'scheduler' || (typeof source === 'object' && 'scheduler' in source)) {
      const organization = organizationOf(services, source, context.organization);
      const lines = (await services.records()).exportLog(organization);
      add('scheduler', () => logSaving(lines, organization, modifiedAt));
    } else if (source === 'collections' || 'collections' in source) {
      const data = await services.tables();
      for (const table of await tablesOf(data, source))
        add(`collection ${table}`, () => tableSaving(data, context.organization, table, modifiedAt));
    } else {
      const { directory } = source;
      add(`directory ${directory}`, () => directoryEntries(services, directory, destination, context.signal));
    }
  }
  return savings;
};

/** A job saves the log of its organization. The log of all is for jobs of the scheduler's own organization. */
const organizationOf = ({ defaultOrganization }: Services, source: Source, organization: string): string | null => {
  if (typeof source === 'string' || !('scheduler' in source) || source.scheduler === 'organization') return organization;
  if (organization === defaultOrganization) return null;
  throw new NonRetryableError(
    `parameters.sources: only jobs of the organization ${defaultOrganization} may save the log of all organizations`,
  );
};

const tablesOf = async (data: DataTables, source: Source): Promise<readonly string[]> => {
  if (typeof source === 'object' && 'collections' in source) {
    for (const table of source.collections) {
      if (!data.allowed.includes(table))
        throw new NonRetryableError(
          `parameters.sources: ${table} is not a table that jobs may touch (${data.allowed.join(', ') || 'none'}): see SCHEDULER_TABLES`,
        );
      if (!(await data.exists(table))) throw new NonRetryableError(`parameters.sources: there is no table ${table}`);
    }
    return source.collections;
  }
  const there: string[] = [];
  for (const table of data.allowed) if (await data.exists(table)) there.push(table);
  return there;
};

/** Lines of an exported log that are no commits: its first and its last. */
const aroundTheLog = 2;

const logSaving = (exported: AsyncIterable<string>, organization: string | null, modifiedAt: Date): Saving => {
  const { entries, lines } = linesInParts('scheduler', exported, modifiedAt);
  return { entries, saved: () => ({ type: 'scheduler', organization, commits: Math.max(0, lines() - aroundTheLog) }) };
};

const tableSaving = (data: DataTables, organization: string, table: string, modifiedAt: Date): Saving => {
  const { entries, lines } = linesInParts(`collections/${encodeURIComponent(table)}`, data.dump(organization, table), modifiedAt);
  return { entries, saved: () => ({ type: 'collection', table, rows: lines() }) };
};
