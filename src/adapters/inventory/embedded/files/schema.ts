import { type Database, openDatabase, openMemoryDatabase } from './driver.js';

const version = 1;

// Instants are epoch milliseconds. Columns are named as the fields of the ports are, since people meet them in reports, clean-ups and
// backups. `audit_logs` is written here; `error_logs` is for programs that share the file.
const schema = `
  CREATE TABLE products (
    organization TEXT NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    quantity REAL NOT NULL,
    reorderPoint REAL,
    category TEXT,
    location TEXT,
    unitCost REAL,
    updatedAt INTEGER NOT NULL,
    UNIQUE (organization, sku)
  );
  CREATE TABLE stock_movements (
    organization TEXT NOT NULL,
    id TEXT NOT NULL,
    sku TEXT NOT NULL,
    at INTEGER NOT NULL,
    change REAL NOT NULL,
    quantityAfter REAL NOT NULL,
    reason TEXT NOT NULL,
    location TEXT,
    UNIQUE (organization, id)
  );
  CREATE INDEX stock_movements_by_time ON stock_movements (organization, at);
  CREATE TABLE product_lists (organization TEXT NOT NULL, name TEXT NOT NULL, skus TEXT NOT NULL, UNIQUE (organization, name));
  CREATE TABLE audit_logs (
    id INTEGER PRIMARY KEY,
    organization TEXT,
    createdAt INTEGER NOT NULL,
    action TEXT NOT NULL,
    detail TEXT
  );
  CREATE INDEX audit_logs_by_time ON audit_logs (organization, createdAt);
  CREATE TABLE error_logs (
    id INTEGER PRIMARY KEY,
    organization TEXT,
    createdAt INTEGER NOT NULL,
    source TEXT,
    message TEXT NOT NULL
  );
  CREATE INDEX error_logs_by_time ON error_logs (organization, createdAt);
  CREATE TABLE job_memory (
    organization TEXT NOT NULL,
    jobName TEXT NOT NULL,
    jobId TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (organization, jobName)
  );
  PRAGMA user_version = ${version};
`;

/**
 * Several processes may share the file. NORMAL: what was written survives a killed process; a power cut may take the last of it back,
 * in order, and whoever wrote it does so again.
 */
export const openInventoryFile = (path: string | null): Database => {
  const db = path === null ? openMemoryDatabase() : openDatabase(path, 'write');
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000');
  const found = db.transaction(() => {
    const before = versionOf(db);
    if (before === 0) db.exec(schema);
    return before;
  });
  if (found === 0 || found === version) return db;
  db.close();
  throw new Error(`${path} is not an inventory of version ${version}, the only one this release knows`);
};

const versionOf = (db: Database): number => Number(db.prepare('PRAGMA user_version').all()[0]?.[0]);
