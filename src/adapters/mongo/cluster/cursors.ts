import type { Cursors } from '../../../application/ports/leases.js';
import type { Collections } from '../collections.js';
import { answered } from '../failures.js';
import { put } from '../models/guardedWrite.js';
import { long } from '../native.js';

export const mongoCursors = ({ db, cursors }: Pick<Collections, 'db' | 'cursors'>): Cursors => ({
  load: (name) =>
    answered(async () => {
      const found = await cursors.findOne({ _id: { $eq: name } });
      return found && { position: found.position, mark: found.mark };
    }),
  save: (name, position, mark) => answered(() => put(db, 'cursors', [{ _id: name, position: long(position), mark }])),
});
