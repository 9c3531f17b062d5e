import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import type { Row } from '../document.js';

/**
 * Rows on their way between two readings: the first finds what they come to, the second draws them below it. Compressed they take
 * about thirty bytes each; no file is left behind by whatever ends the process.
 */
export class Spool {
  readonly #gzip = createGzip({ level: 1 });
  readonly #chunks: Buffer[] = [];
  #count = 0;

  constructor() {
    this.#gzip.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
  }

  get count(): number {
    return this.#count;
  }

  add(rows: readonly Row[]): Promise<void> {
    this.#count += rows.length;
    return new Promise((resolve, reject) => {
      this.#gzip.write(`${JSON.stringify(rows)}\n`, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Once, after the last was added. What was read is let go. */
  async *read(): AsyncGenerator<readonly Row[]> {
    await new Promise<void>((resolve, reject) => {
      this.#gzip.once('error', reject);
      this.#gzip.once('end', resolve);
      this.#gzip.end();
    });
    const chunks = this.#chunks;
    async function* drained(): AsyncGenerator<Buffer> {
      for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) yield chunk;
    }
    let text = '';
    for await (const part of Readable.from(drained()).pipe(createGunzip()).setEncoding('utf8')) {
      text += part;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) yield JSON.parse(line);
    }
  }
}
