import type { Cursors } from '../../application/ports/leases.js';
import type { Link } from './link.js';
import type { LogCalls } from './protocol.js';

export const sqliteCursors = (link: Link<LogCalls>): Cursors => ({
  load: async (name) => {
    const [position, mark] = await link.call('loadCursor', { name });
    return position === undefined ? null : { position: Number(position), mark: mark === null ? null : String(mark) };
  },
  save: async (name, position, mark) => void (await link.call('saveCursor', { name, position, mark })),
});
