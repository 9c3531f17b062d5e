import type { Row, Summary } from '../document.js';

/** Rows are answered with `more` once they are taken, chunks with `more` once they are written: neither side holds many. */
export type ToRenderer =
  | { readonly type: 'rows'; readonly rows: readonly Row[] }
  | { readonly type: 'end'; readonly summary: Summary }
  | { readonly type: 'more' };

export type FromRenderer =
  | { readonly type: 'more' }
  | { readonly type: 'chunk'; readonly chunk: Uint8Array }
  | { readonly type: 'done'; readonly rows: number }
  | { readonly type: 'failed'; readonly message: string; readonly stack?: string };
