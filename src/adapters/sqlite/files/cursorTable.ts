import type { LogHandlers } from '../protocol.js';
import type { Database } from './driver.js';

type CursorTable = Pick<LogHandlers, 'loadCursor' | 'saveCursor'>;

/** Where readers of the log have got to, kept in the log's own file: a copy of it has both. */
export const cursorTable = (db: Database): CursorTable => {
  db.exec('CREATE TABLE IF NOT EXISTS cursors (name TEXT PRIMARY KEY, position INTEGER NOT NULL, mark TEXT) WITHOUT ROWID');
  const load = db.prepare('SELECT position, mark FROM cursors WHERE name = ?');
  const save = db.prepare(
    'INSERT INTO cursors VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position, mark = excluded.mark',
  );
  return {
    loadCursor: ({ name }) => load.all([name]).flat() as (string | number | null)[],
    saveCursor: ({ name, position, mark }) => {
      save.run([name, position, mark]);
      return null;
    },
  };
};
