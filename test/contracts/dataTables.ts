import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DataTables, TableRefused } from '../../src/application/ports/dataTables.js';
import { type Instant, instant } from '../../src/domain/instant.js';

type OpenTables = {
  /** Allowed are at least `audit_logs`, and `missing`, which is not there; rows without organization belong to `default`. */
  readonly tables: DataTables;
  /** A row of `audit_logs` as it is restored; `when` stands in `createdAt` as it is, an instant as the adapter keeps instants. */
  readonly logRow: (organization: string | undefined, when: Instant | string | null, text: string) => string;
  close(): Promise<void>;
};

const day = (n: number): Instant => instant(Date.UTC(2026, 0, n));

/** `many`: how many rows fill more than one page, and are not too many for a server that scans. */
export const describeDataTables = (name: string, open: () => Promise<OpenTables>, many = 1_203): void => {
  describe(`${name} as tables`, () => {
    let opened: OpenTables;
    let organization = '';
    let made = 0;
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());
    beforeEach(() => {
      organization = `org-${++made}`;
    });

    async function* rowsOf(rows: readonly string[]): AsyncGenerator<string> {
      yield* rows;
    }
    const dump = async (of = organization): Promise<readonly string[]> => {
      const rows: string[] = [];
      for await (const row of opened.tables.dump(of, 'audit_logs')) rows.push(row);
      return rows.sort();
    };
    const fill = (...rows: readonly string[]): Promise<number> => opened.tables.restore(organization, 'audit_logs', rowsOf(rows));
    const log = (when: Instant | string | null, text = 'x'): string => opened.logRow(organization, when, text);
    const olderThan = (n: number) => ({ organization, table: 'audit_logs', dateField: 'createdAt', before: day(n) });

    it('knows which tables are there', async () => {
      await fill(log(day(1)));
      expect(await Promise.all(['audit_logs', 'missing', 'sqlite_schema'].map((table) => opened.tables.exists(table)))).toEqual([
        true,
        false,
        false,
      ]);
    });

    it('counts and deletes what is older, the oldest first, and nothing that is as old as the limit', async () => {
      await fill(...[5, 1, 4, 2, 3].map((n) => log(day(n), `day ${n}`)));
      expect(await opened.tables.count(olderThan(4))).toBe(3);
      expect(await opened.tables.deleteOldest(olderThan(4), 2)).toBe(2);
      expect((await dump()).filter((row) => /day [12]/.test(row))).toEqual([]);
      expect(await opened.tables.deleteOldest(olderThan(4), 100)).toBe(1);
      expect(await opened.tables.deleteOldest(olderThan(4), 100)).toBe(0);
      expect((await dump()).map((row) => /day \d/.exec(row)?.[0]).sort()).toEqual(['day 4', 'day 5']);
    });

    it('never touches rows without an instant in the field, or of another organization', async () => {
      await fill(log('soon'), log('now'), log(day(1)));
      const theirs = `org-${++made}`;
      await opened.tables.restore(theirs, 'audit_logs', rowsOf([opened.logRow(theirs, day(1), 'theirs')]));
      expect(await opened.tables.count(olderThan(9))).toBe(1);
      expect(await opened.tables.deleteOldest(olderThan(9), 100)).toBe(1);
      expect(await dump()).toHaveLength(2);
      expect(await dump(theirs)).toHaveLength(1);
    });

    it('gives rows that name no organization to the default one', async () => {
      await opened.tables.restore('default', 'audit_logs', rowsOf([opened.logRow(undefined, day(1), 'nobody')]));
      expect(await opened.tables.count({ ...olderThan(9), organization: 'default' })).toBe(1);
      expect(await opened.tables.count(olderThan(9))).toBe(0);
      expect(await dump('default')).toHaveLength(1);
    });

    it('restores what was dumped, unchanged, more than a page of it', async () => {
      const text = 'line\n"quoted" {"$gt":1} \u2028 日本 😀';
      await fill(...Array.from({ length: many }, (_, i) => log(day(1 + (i % 20)), `${text} ${i}`)));
      const dumped = await dump();
      expect(dumped).toHaveLength(many);
      expect(await opened.tables.deleteOldest(olderThan(30), 10_000)).toBe(many);
      expect(await fill(...dumped)).toBe(many);
      expect(await dump()).toEqual(dumped);
    });

    it('lets go of a dump that nobody reads to its end', async () => {
      await fill(...Array.from({ length: 510 }, (_, i) => log(day(1), `${i}`)));
      for await (const _ of opened.tables.dump(organization, 'audit_logs')) break;
      expect(await opened.tables.deleteOldest(olderThan(9), 1_000)).toBe(510);
    });

    it('restores only where there is nothing, all rows or none', async () => {
      const good = Array.from({ length: 510 }, (_, i) => log(day(1), `${i}`));
      for (const wrong of ['{', '[]', opened.logRow('another', day(1), 'x')]) await expect(fill(...good, wrong)).rejects.toThrow(/row 511/);
      await expect(
        opened.tables.restore(
          organization,
          'audit_logs',
          (async function* () {
            yield* good;
            throw new Error('the archive ends here');
          })(),
        ),
      ).rejects.toThrow('the archive ends here');
      expect(await dump()).toEqual([]);
      await fill(log(day(1)));
      await expect(fill(log(day(2)))).rejects.toThrow(TableRefused);
      expect(await dump()).toHaveLength(1);
    });

    it.each(['accounts', 'sqlite_schema', 'audit_logs; DROP TABLE audit_logs', '', '$cmd', '__proto__'])(
      'refuses the table %j',
      async (table) => {
        await expect(opened.tables.count({ ...olderThan(9), table })).rejects.toThrow(TableRefused);
        await expect(opened.tables.deleteOldest({ ...olderThan(9), table }, 1)).rejects.toThrow(TableRefused);
        await expect(opened.tables.dump(organization, table)[Symbol.asyncIterator]().next()).rejects.toThrow(TableRefused);
        await expect(opened.tables.restore(organization, table, rowsOf([log(day(1))]))).rejects.toThrow(TableRefused);
        expect(await opened.tables.exists(table)).toBe(false);
      },
    );

    it.each(['$where', '"createdAt" < 9e99 --', '', 'a..b', '__proto__.x', 'createdAt.$gt'])(
      'has no field %j to go by',
      async (dateField) => {
        await fill(log(day(1)));
        await opened.tables.deleteOldest({ ...olderThan(9), dateField }, 10).catch((error) => expect(error).toBeInstanceOf(TableRefused));
        expect(await dump()).toHaveLength(1);
      },
    );

    it('says that an allowed table is missing', async () => {
      await expect(opened.tables.count({ ...olderThan(9), table: 'missing' })).rejects.toThrow(/there is no (table|collection) "missing"/);
    });
  });
};
