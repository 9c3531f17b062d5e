import { stringify } from 'csv-stringify/sync';
import type { HandlerContext } from '../../../application/api/types.js';
import type { ArtifactDraft } from '../../../application/ports/artifacts.js';
import type { Services } from '../services.js';

export type Difference = {
  readonly what: 'added' | 'changed' | 'removed' | 'rejected';
  readonly sku: string;
  readonly field?: string;
  readonly before?: string | number | null;
  readonly after?: string | number | null;
  /** Where in the source, and why it was rejected. */
  readonly note?: string;
};

const reportName = 'differences.csv';
const flushAt = 1_000;
const encoder = new TextEncoder();

/** The differences as a table for people, written as they are found: an artifact of the execution once it is kept. */
export class DifferenceReport {
  readonly #draft: ArtifactDraft;
  #rows: (string | number | null)[][] = [];

  private constructor(draft: ArtifactDraft) {
    this.#draft = draft;
  }

  static async begin(services: Services, { organization, jobName, executionId }: HandlerContext): Promise<DifferenceReport> {
    const artifacts = await services.artifacts();
    const report = new DifferenceReport(
      await artifacts.create({ organization, jobName, executionId }, reportName, 'text/csv; charset=utf-8'),
    );
    await report.#write(['difference', 'sku', 'field', 'before', 'after', 'note']);
    return report;
  }

  add({ what, sku, field = '', before = null, after = null, note = '' }: Difference): Promise<void> {
    return this.#write([what, sku, field, before, after, note]);
  }

  async keep(): Promise<{ readonly artifactId: string; readonly bytes: number }> {
    await this.#flush();
    const { artifactId, bytes } = await this.#draft.commit();
    return { artifactId, bytes };
  }

  /** After `keep` it does nothing. */
  discard(): Promise<void> {
    return this.#draft.discard();
  }

  async #write(cells: (string | number | null)[]): Promise<void> {
    if (this.#rows.push(cells) >= flushAt) await this.#flush();
  }

  /** What a spreadsheet would take for a formula is escaped. */
  async #flush(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    await this.#draft.write(encoder.encode(stringify(rows, { escape_formulas: true, record_delimiter: '\r\n' })));
  }
}
