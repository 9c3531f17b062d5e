import { setTimeout as sleep } from 'node:timers/promises';
import type { Millis } from '../../src/domain/instant.js';

const pollMs = 100;

/** Looks again and again until it holds. */
export const until = async (what: string, holds: () => boolean | Promise<boolean>, limitMs: Millis): Promise<void> => {
  for (const deadline = Date.now() + limitMs; ; ) {
    if (await holds()) return;
    if (Date.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(pollMs);
  }
};
