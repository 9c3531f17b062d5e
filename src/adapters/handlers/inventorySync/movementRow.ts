import { createHash } from 'node:crypto';
import type { RecordedMovement } from '../../../application/ports/inventory.js';
import type { Row } from './rows.js';
import type { MovementField, Source } from './schema.js';
import { instantIn, numberIn, textIn, WrongValue } from './values.js';

/** Throws `WrongValue` naming the field. Without an id of its own, a movement is known by all that is said of it. */
export const movementIn = (row: Row, sku: string, { mapping, decimalComma }: Source): RecordedMovement => {
  const value = (field: MovementField): unknown => row.value(mapping[field] ?? field) ?? null;
  const needed = <T>(field: MovementField, read: T | null): T => {
    if (read === null) throw new WrongValue(field, 'is missing');
    return read;
  };
  const movement = {
    sku,
    at: needed('at', instantIn('at', value('at'))),
    change: needed('change', numberIn('change', value('change'), decimalComma)),
    quantityAfter: needed('quantityAfter', numberIn('quantityAfter', value('quantityAfter'), decimalComma)),
    reason: textIn('reason', value('reason'), 500) ?? 'unknown',
    location: textIn('location', value('location'), 500),
  };
  const id = textIn('id', value('id'), 200);
  return {
    id:
      id ??
      createHash('sha256')
        .update(JSON.stringify(Object.values(movement)))
        .digest('hex'),
    ...movement,
  };
};
