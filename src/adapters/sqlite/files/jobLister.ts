import type { JobFilter } from '../../../application/ports/readModels.js';
import type { JobStatus } from '../../../domain/job/index.js';
import { jobRowColumns } from '../columns.js';
import type { Cells, Steps } from '../protocol.js';
import { cellsOf, type Database, type Row, type Statement, type Value } from './driver.js';

/** Fewer due jobs than this are sorted; where there are more, going through the names finds some soon enough. */
const fewDue = 1_000;
/** Names looked at in one step where most of them may not match. */
const namesAtOnce = 2_000;

const columns = jobRowColumns.map((column) => `j.${column}`).join();

/** Jobs of an organization in the order of their names: per phase one walk through an index in that order, and the walks merged. */
export const jobLister = (db: Database): ((filter: JobFilter) => Cells | Steps<Cells>) => {
  const prepared = new Map<string, Statement>();
  const all = (sql: string, values: readonly Value[]): readonly Row[] => {
    const statement = prepared.get(sql) ?? db.prepare(sql);
    prepared.set(sql, statement);
    return statement.all(values);
  };

  const dueAreFew = (now: number): boolean =>
    Number(all(`SELECT count(*) FROM (SELECT 1 FROM jobs WHERE due_at <= ? LIMIT ${fewDue})`, [now])[0]?.[0]) < fewDue;

  /** Between two names, the first excluded and the second included. */
  const between = (walks: readonly Walk[], [sql, values]: Conditions, from: string, to: string, limit: number): readonly Row[] =>
    walks
      .flatMap(({ index, where, now }) =>
        all(
          `SELECT ${columns} FROM jobs j INDEXED BY ${index}
           WHERE ${where} AND j.stream > ? AND j.stream <= ? ${sql} ORDER BY j.stream LIMIT ?`,
          [...now, from, to, ...values, limit],
        ),
      )
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
      .slice(0, limit);

  function* inSteps(walks: readonly Walk[], conditions: Conditions, first: string, end: string, limit: number): Steps<Cells> {
    const found: Row[] = [];
    for (let from = first; ; ) {
      const next = `SELECT stream FROM jobs WHERE stream > ? AND stream < ? ORDER BY stream LIMIT 1 OFFSET ${namesAtOnce}`;
      const to = all(next, [from, end])[0]?.[0];
      found.push(...between(walks, conditions, from, String(to ?? end), limit - found.length));
      if (to === undefined || found.length >= limit) return cellsOf(found);
      from = String(to);
      yield;
    }
  }

  return (filter) => {
    const { organization, statuses, now, after = '', limit } = filter;
    const walks = walksOf(statuses, now, () => dueAreFew(now));
    const conditions = conditionsOf(filter);
    const [from, end] = [`${organization}/${after}`, `${organization}0`];
    const mayPassMany = conditions[0] !== '' || walks.some(({ isSparse }) => isSparse);
    return mayPassMany ? inSteps(walks, conditions, from, end, limit) : cellsOf(between(walks, conditions, from, end, limit));
  };
};

/** A way through the jobs. A sparse one may pass many that do not match. */
type Walk = { readonly index: string; readonly where: string; readonly now: readonly Value[]; readonly isSparse: boolean };
type Conditions = readonly [sql: string, values: readonly Value[]];

const everyJob: Walk = { index: 'sqlite_autoindex_jobs_1', where: 'j.phase IS NOT NULL', now: [], isSparse: false };
const inPhase = (phase: JobStatus): Walk => ({ index: 'jobs_by_phase', where: `j.phase = '${phase}'`, now: [], isSparse: false });

/** What falls due changes from scheduled to queued by the passing of time alone: the columns do not know. */
const walksOf = (statuses: readonly JobStatus[] | undefined, now: number, dueAreFew: () => boolean): readonly Walk[] => {
  if (!statuses) return [everyJob];
  const wanted = new Set(statuses);
  const walks = [...wanted].filter((status) => status !== 'scheduled').map(inPhase);
  if (wanted.has('scheduled') && wanted.has('queued')) return [...walks, inPhase('scheduled')];
  const scheduled = { ...inPhase('scheduled'), now: [now], isSparse: true };
  if (wanted.has('scheduled')) return [...walks, { ...scheduled, where: `${scheduled.where} AND j.due_at > ?` }];
  if (!wanted.has('queued')) return walks;
  const due = { ...scheduled, where: `${scheduled.where} AND j.due_at <= ?` };
  return [...walks, dueAreFew() ? { ...due, index: 'jobs_by_due', isSparse: false } : due];
};

const conditionsOf = ({ jobType, tag, search }: JobFilter): Conditions => {
  const conditions: readonly (readonly [sql: string, value: string | undefined])[] = [
    ['AND j.job_type = ?', jobType],
    ['AND EXISTS (SELECT 1 FROM json_each(j.tags) t WHERE t.value = ?)', tag],
    ['AND instr(j.search, ?) > 0', search?.toLowerCase()],
  ];
  const given = conditions.flatMap(([sql, value]) => (value === undefined ? [] : [{ sql, value }]));
  return [given.map(({ sql }) => sql).join(' '), given.map(({ value }) => value)];
};
