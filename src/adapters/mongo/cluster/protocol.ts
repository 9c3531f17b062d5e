import type { BeatReport } from './beats.js';

/** What the thread of the beats is started with. */
export type BeatOptions = {
  readonly uri: string;
  readonly database: string;
  readonly node: string;
  readonly beatMs: number;
  readonly lookMs: number;
  readonly fenceMs: number;
  readonly vouchedBeats: number;
};

export type ToBeats =
  | { readonly kind: 'announce'; readonly handlerKeys: readonly string[] }
  /** What was told last has been noted: the main thread runs. */
  | { readonly kind: 'heard' }
  | { readonly kind: 'forget'; readonly nodes: readonly string[] }
  | { readonly kind: 'stop' };

export type FromBeats = BeatReport | { readonly kind: 'stopped' };
