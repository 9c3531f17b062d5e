import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import type { DifferenceReport } from './report.js';

type Counts = { rows: number; added: number; changed: number; removed: number; unchanged: number; rejected: number };
type Rejection = { readonly where: string; readonly sku?: string; readonly why: string };

const mostShown = 20;

/** What a run has found so far. */
export class Tally {
  readonly counts: Counts = { rows: 0, added: 0, changed: 0, removed: 0, unchanged: 0, rejected: 0 };
  /** The first of them; all are in the report. */
  readonly rejections: Rejection[] = [];
  /** Rows of which it is not known which product they are of. */
  nameless = 0;

  constructor(
    private readonly report: DifferenceReport,
    private readonly maxRejected: number,
    private readonly log: HandlerContext['log'],
  ) {}

  /** What matters of the counts, for people. */
  get summary(): string {
    const { rows, ...found } = this.counts;
    const told = Object.entries(found).filter(([, count]) => count > 0);
    return [`${rows} rows`, ...told.map(([what, count]) => `${count} ${what}`)].join(', ');
  }

  /** Throws where there are too many: then it is the source that is wrong, and not a row. */
  async reject(where: string, sku: string | null, why: string): Promise<void> {
    this.counts.rejected++;
    if (sku === null) this.nameless++;
    const rejection = { where, ...(sku !== null && { sku }), why };
    if (this.rejections.length < mostShown) {
      this.rejections.push(rejection);
      this.log.warn(`${where}${sku === null ? '' : ` (${sku})`}: ${why}`);
    }
    await this.report.add({ what: 'rejected', sku: sku ?? '', note: `${where}: ${why}` });
    if (this.counts.rejected <= this.maxRejected) return;
    const [first] = this.rejections;
    throw new NonRetryableError(
      `more than ${this.maxRejected} rows of the source are wrong, of ${this.counts.rows} read; the first: ${first?.where}: ${first?.why}`,
    );
  }
}
