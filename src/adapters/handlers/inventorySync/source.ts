import { NonRetryableError, RetryAfterError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import { OutboundRefused, type OutboundResponse } from '../../../application/ports/outbound.js';
import { openFile } from '../files/index.js';
import type { Services } from '../services.js';
import { authorization } from './authorization.js';
import { csvRows } from './csvRows.js';
import { jsonRows, ndjsonRows } from './jsonRows.js';
import type { Read } from './rows.js';
import type { Parameters } from './schema.js';

/** What the server said of the state of its answer, to be told the next time. */
export type Conditions = { readonly etag?: string; readonly lastModified?: string };

type Events = {
  readonly onProgress: (fraction: number) => void;
  /** Once, where the source is a single answer whose state has a name. */
  readonly onConditions: (conditions: Conditions) => void;
};

const mostBytes = 2 * 1024 ** 3;
const mostPages = 10_000;

/** The rows of a source, read as they are asked for; null where the server says that nothing has changed. */
export const openSource = async (
  services: Services,
  parameters: Parameters,
  known: Conditions,
  context: HandlerContext,
  events: Events,
): Promise<AsyncIterable<Read> | null> => {
  const { url, file } = parameters.source;
  if (url === undefined) return fileRows(services, file ?? '', parameters, context, events);
  const first = await ask(services, url, parameters, known, context);
  return first.status === 304 ? null : pages(services, first, parameters, context, events);
};

/** How a source is called in messages: without what stands behind a question mark, which may be secret. */
export const nameOf = ({ source: { url, file } }: Parameters): string => (url === undefined ? (file ?? '') : url.replace(/[?#].*$/, ''));

async function* fileRows(
  { files }: Services,
  file: string,
  parameters: Parameters,
  { signal }: HandlerContext,
  { onProgress }: Events,
): AsyncGenerator<Read> {
  const handle = await openFile(files.roots, file);
  try {
    const { size } = await handle.stat();
    if (size > mostBytes) throw new NonRetryableError(`${file} has more than ${mostBytes} bytes`);
    let read = 0;
    const counted = async function* (): AsyncGenerator<Uint8Array> {
      for await (const chunk of handle.createReadStream({ autoClose: false, signal }) as AsyncIterable<Uint8Array>) {
        read += chunk.length;
        onProgress(size === 0 ? 1 : read / size);
        yield chunk;
      }
    };
    yield* rowsOf(counted(), parameters);
  } finally {
    await handle.close();
  }
}

/** One answer after the other, each telling where the next one is. */
async function* pages(
  services: Services,
  first: OutboundResponse,
  parameters: Parameters,
  context: HandlerContext,
  { onConditions }: Events,
): AsyncGenerator<Read> {
  const seen = new Set<string>();
  let answer = first;
  for (let page = 1; ; page++) {
    seen.add(answer.url);
    const named = yield* rowsOfPage(answer, page, parameters);
    const following = nextPage(answer, named);
    if (following === null) {
      if (page === 1) onConditions(conditionsOf(answer));
      return;
    }
    if (page === mostPages) throw new NonRetryableError(`the source has more than ${mostPages} pages`);
    if (seen.has(following)) throw new NonRetryableError(`page ${page} of the source leads back to ${following}`);
    answer = await ask(services, following, parameters, {}, context);
  }
}

async function* rowsOfPage(answer: OutboundResponse, page: number, parameters: Parameters): AsyncGenerator<Read, unknown> {
  try {
    const rows = rowsOf(answer.body, parameters);
    for (;;) {
      const { done, value } = await rows.next();
      if (done) return value;
      yield page === 1 ? value : { ...value, where: `page ${page}, ${value.where}` };
    }
  } finally {
    await answer.discard();
  }
}

const rowsOf = (bytes: AsyncIterable<Uint8Array>, { source, content }: Parameters): AsyncGenerator<Read, unknown> => {
  const { format, mapping, delimiter } = source;
  switch (format) {
    case 'csv': {
      const needed = { products: ['sku'], movements: ['sku', 'at', 'change', 'quantityAfter'] }[content];
      const required = needed.filter((field) => !Object.hasOwn(mapping, field));
      return csvRows(bytes, { delimiter, columns: Object.values(mapping), required });
    }
    case 'json':
      return jsonRows(bytes, source);
    case 'ndjson':
      return ndjsonRows(bytes);
  }
};

const accepts = { csv: 'text/csv', json: 'application/json', ndjson: 'application/x-ndjson' } as const;
const tooManyRequests = 429;
const longestWaitMs = 24 * 3_600_000;

/** An answer that is a success, or 304. */
const ask = async (
  services: Services,
  url: string,
  { source }: Parameters,
  { etag, lastModified }: Conditions,
  { signal }: HandlerContext,
): Promise<OutboundResponse> => {
  const headers = {
    accept: `${accepts[source.format]}, */*;q=0.1`,
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
    ...authorization(services, source, url),
  };
  const outbound = await services.outbound();
  const answer = await outbound.request({ url, method: 'GET', headers, signal, maxBytes: mostBytes }).catch((error) => {
    throw error instanceof OutboundRefused
      ? new NonRetryableError(`the source may not be asked: ${error.message}`, { cause: error })
      : error;
  });
  const { status } = answer;
  const conditional = etag !== undefined || lastModified !== undefined;
  if ((status >= 200 && status < 300) || (status === 304 && conditional)) return answer;
  await answer.discard();
  const waitMs = 1_000 * Number(answer.headers['retry-after'] ?? Number.NaN);
  if ((status === tooManyRequests || status === 503) && waitMs > 0 && waitMs <= longestWaitMs)
    throw new RetryAfterError(waitMs, `the source asks to come back in ${waitMs / 1_000} s (status ${status})`);
  const temporary = status >= 500 || status === tooManyRequests || status === 408;
  const message = `the source answers with status ${status}`;
  throw temporary ? new Error(message) : new NonRetryableError(message);
};

const conditionsOf = ({ headers }: OutboundResponse): Conditions => ({
  ...(headers.etag !== undefined && { etag: headers.etag }),
  ...(headers['last-modified'] !== undefined && { lastModified: headers['last-modified'] }),
});

/** From the header Link, or from the answer itself; relative to where it was found. */
const nextPage = ({ headers, url }: OutboundResponse, named: unknown): string | null => {
  const linked = /<([^<>]*)>\s*;[^<>]*\brel\s*=\s*"?next"?(?![\w-])/i.exec(headers.link ?? '')?.[1];
  const next = linked ?? (typeof named === 'string' && named !== '' ? named : undefined);
  if (next === undefined) return null;
  if (!URL.canParse(next, url)) throw new NonRetryableError('the source names a next page that is no URL');
  return new URL(next, url).href;
};
