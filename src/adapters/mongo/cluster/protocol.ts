import type { BeatReport } from './beats.js';

/** What the thread of the beats is started with. */
export type BeatOptions = {
  readonly uri: string;
  readonly database: string;
  readonly node: string;
  readonly beatMs: number;
  readonly fenceMs: number;
};

export type ToBeats =
  | { readonly kind: 'announce'; readonly handlerKeys: readonly string[] }
  | { readonly kind: 'forget'; readonly nodes: readonly string[] }
  | { readonly kind: 'stop' };

export type FromBeats = BeatReport | { readonly kind: 'stopped' };
