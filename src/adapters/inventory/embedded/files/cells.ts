import { TableRefused } from '../../../../application/ports/dataTables.js';
import type { Row, Value } from './driver.js';

/** A row as JSON: bytes, which JSON has not, as `{ "$base64": ... }`. */
export const jsonOf = (columns: readonly string[], row: Row): string =>
  JSON.stringify(
    Object.fromEntries(
      columns.map((name, index) => {
        const value = row[index] ?? null;
        return [name, value instanceof Uint8Array ? { $base64: Buffer.from(value).toString('base64') } : value];
      }),
    ),
  );

export const cellOf = (value: unknown, where: string): Value => {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  const bytes = typeof value === 'object' && '$base64' in value ? value.$base64 : undefined;
  if (typeof bytes === 'string') return Buffer.from(bytes, 'base64');
  throw new TableRefused(`${where} holds what no column can`);
};
