import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { type Database, openDatabase, sqliteCode } from './driver.js';

/** Raise it whenever the schema or the shape of a stored row changes: the file is then made anew and filled from the log. */
const version = 3;

// A tombstone has no phase. What only lists and people look at is computed from the other columns: every value costs when a row is written.
const schema = `
  CREATE TABLE jobs (
    stream TEXT NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    phase TEXT,
    handler_key TEXT,
    priority TEXT,
    work_at INTEGER,
    due_at INTEGER,
    expires_at INTEGER,
    tags TEXT,
    description TEXT,
    entry TEXT NOT NULL,
    organization TEXT AS (substr(stream, 1, instr(stream, '/') - 1)) VIRTUAL,
    job_name TEXT AS (substr(stream, instr(stream, '/') + 1)) VIRTUAL,
    job_type TEXT AS (CASE WHEN handler_key GLOB 'custom:*' THEN 'custom' ELSE handler_key END) VIRTUAL,
    search TEXT AS (lower(job_name || char(10) || job_type) || char(10) || coalesce(description, '')) VIRTUAL
  );
  CREATE INDEX jobs_by_phase ON jobs (phase, stream);
  CREATE INDEX jobs_by_work ON jobs (handler_key, priority, work_at) WHERE work_at IS NOT NULL;
  CREATE INDEX jobs_by_due ON jobs (due_at, handler_key) WHERE due_at IS NOT NULL;
  CREATE INDEX jobs_running ON jobs (stream) WHERE expires_at IS NOT NULL;

  CREATE TABLE executions (
    execution_id TEXT NOT NULL UNIQUE,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    queued_version INTEGER NOT NULL,
    finished_at INTEGER,
    entry TEXT NOT NULL,
    status TEXT AS (entry ->> 'status') VIRTUAL,
    scheduled_for INTEGER AS (entry ->> 'scheduledFor') VIRTUAL
  );
  CREATE INDEX executions_by_stream ON executions (stream, queued_version, execution_id);

  CREATE TABLE run_records (execution_id TEXT PRIMARY KEY, stream TEXT NOT NULL, record TEXT NOT NULL);
  CREATE INDEX run_records_by_stream ON run_records (stream);

  CREATE TABLE checkpoints (partition INTEGER PRIMARY KEY, position INTEGER NOT NULL);
  PRAGMA user_version = ${version};
`;

/**
 * Opens the file of read models, which can always be rebuilt: one that is missing, of another version, damaged, or ahead of the log
 * (somebody restored an older one) is made anew, empty.
 */
export const openReadFile = (path: string, head: number): Database => {
  if (existsSync(markOf(path))) remove(path);
  const db = open(path, head) ?? open(remove(path), head);
  if (!db) throw new Error(`${path} can be neither opened nor made anew`);
  return db;
};

/** The same for looking only: without a usable file the read models are empty. */
export const openReadFileReadOnly = (path: string): Database => {
  try {
    const db = openDatabase(path, 'read');
    if (versionOf(db) === version) return db;
    db.close();
  } catch {}
  const empty = openDatabase(':memory:', 'write');
  empty.exec(schema);
  return empty;
};

/** Has the file made anew at the next start: damage in its depths shows when somebody reads there. */
export const markDamaged = (path: string): void => writeFileSync(markOf(path), '');

const markOf = (path: string): string => `${path}-damaged`;

/** Null for a file that has to be made anew. */
const open = (path: string, head: number): Database | null => {
  const db = openDatabase(path, 'write');
  try {
    // Rows are large and come in bunches: with pages of this size fewer of them are written. The log is emptied by `tidier`.
    db.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0');
    db.exec('PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON; PRAGMA cache_size = -16000');
    if (versionOf(db) === 0) db.exec(`BEGIN; ${schema} COMMIT`);
    const ahead = Number(db.prepare('SELECT max(position) FROM checkpoints').all([])[0]?.[0] ?? 0) > head;
    if (versionOf(db) === version && !ahead) return db;
    db.close();
    return null;
  } catch (error) {
    db.close();
    if (isDamage(error)) return null;
    throw error;
  }
};

/** The file is not what SQLite wrote, or not of this version; a full disk or a missing right is something else. */
const isDamage = (error: unknown): boolean => /^SQLITE_(NOTADB|CORRUPT|ERROR)/.test(sqliteCode(error));

const versionOf = (db: Database): number => Number(db.prepare('PRAGMA user_version').all([])[0]?.[0]);

const remove = (path: string): string => {
  for (const suffix of ['', '-wal', '-shm', '-damaged']) rmSync(`${path}${suffix}`, { force: true });
  return path;
};
