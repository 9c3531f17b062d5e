import { pipeline, Readable } from 'node:stream';
import { type CsvError, type Info, parse } from 'csv-parse';
import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import { longestRecord, plainName, type Read } from './rows.js';

type Options = { readonly delimiter: string; readonly columns: readonly string[]; readonly required: readonly string[] };
type CsvRecord = { readonly record: readonly string[]; readonly info: Info };

const mostColumns = 500;

/**
 * The rows of a CSV whose first line names its columns. What is wrong within a row is told of that row; where it is not clear any more
 * where rows begin and end, that is an error. `columns` are named by the mapping, and must be there as `required` ones must.
 */
export async function* csvRows(bytes: AsyncIterable<Uint8Array>, { delimiter, columns, required }: Options): AsyncGenerator<Read> {
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: longestRecord,
  });
  pipeline(Readable.from(bytes, { objectMode: true }), parser, () => undefined);
  let header: readonly string[] | null = null;
  let places = new Map<string, number>();
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      const where = `line ${info.lines}`;
      if (header === null) {
        header = record;
        places = placesOf(record, columns, required);
      } else if (record.length !== header.length)
        yield { where, fault: `has ${record.length} columns, and the first line has ${header.length}` };
      else yield { where, value: (name) => valueIn(record, places, name) };
    }
  } catch (error) {
    throw isCsvError(error) ? new NonRetryableError(`the CSV cannot be read: ${error.message}`, { cause: error }) : error;
  }
  if (header === null) throw new NonRetryableError('the CSV is empty; its first line must name the columns');
}

const valueIn = (record: readonly string[], places: ReadonlyMap<string, number>, name: string): string | undefined => {
  const place = places.get(name) ?? places.get(plainName(name));
  return place === undefined ? undefined : record[place];
};

/** By the name as it stands, and by what it means. */
const placesOf = (header: readonly string[], columns: readonly string[], required: readonly string[]): Map<string, number> => {
  if (header.length > mostColumns) throw new NonRetryableError(`the CSV has ${header.length} columns; at most ${mostColumns} are read`);
  const places = new Map<string, number>();
  header.forEach((column, index) => {
    for (const name of [column.trim(), plainName(column)]) if (!places.has(name)) places.set(name, index);
  });
  const missing = [
    ...columns.filter((name) => !places.has(name)),
    ...required.filter((name) => !places.has(name) && !places.has(plainName(name))),
  ];
  if (missing.length === 0) return places;
  const shown = header.slice(0, 20).map((column) => column.slice(0, 40));
  throw new NonRetryableError(
    `the CSV has no column ${missing.join(', ')}; it has ${shown.join(', ')}: say in source.mapping which is which`,
  );
};

const isCsvError = (error: unknown): error is CsvError =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_');
