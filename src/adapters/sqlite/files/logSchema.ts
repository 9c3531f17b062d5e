import { type Database, openDatabase } from './driver.js';

const version = 1;

// Streams are numbered so that the index of every commit holds two small integers instead of a key.
const schema = `
  CREATE TABLE streams (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
  CREATE TABLE commits (
    position INTEGER PRIMARY KEY,
    stream_id INTEGER NOT NULL REFERENCES streams,
    version INTEGER NOT NULL,
    commit_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    data TEXT NOT NULL
  );
  CREATE UNIQUE INDEX commits_of_stream ON commits (stream_id, version);
  PRAGMA user_version = ${version};
`;

/** FULL: a commit is on the medium when its transaction ends. secure_delete: what is redacted is overwritten. */
export const openLogFile = (path: string, mode: 'write' | 'read'): Database => {
  const db = openDatabase(path, mode);
  if (mode === 'write')
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 4000');
  db.exec('PRAGMA cache_size = -8000');
  const found = Number(db.prepare('PRAGMA user_version').all([])[0]?.[0]);
  if (found === 0 && mode === 'write') db.exec(`BEGIN; ${schema} COMMIT`);
  else if (found !== version) throw new Error(`${path} is not a log of version ${version}, the only one this release knows`);
  return db;
};
