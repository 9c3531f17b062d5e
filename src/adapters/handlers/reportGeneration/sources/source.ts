import type { HandlerContext } from '../../../../application/api/types.js';
import type { Period } from '../../../../application/ports/inventory.js';
import type { Services } from '../../services.js';
import type { Column, Row, Summary } from '../document.js';
import type { Parameters } from '../schema.js';

export type Asked = {
  readonly services: Services;
  readonly parameters: Parameters;
  readonly context: HandlerContext;
  readonly period: Period;
};

/** One kind of report. Rows are read once; what they come to is known after the last. */
export type Source = {
  readonly columns: readonly Column[];
  readonly rows: AsyncIterable<Row>;
  summary(): Summary;
};
