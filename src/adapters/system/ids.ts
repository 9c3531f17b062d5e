import { randomUUID } from 'node:crypto';
import type { Ids } from '../../application/ports/ids.js';

const counterEnd = 0x1000;

/**
 * UUIDs of version 7 (RFC 9562): milliseconds, a counter of 12 bits, 62 random bits. They grow strictly, also when the clock is set
 * back: where it does not go on, or the counter is used up, the time in them runs ahead of it.
 */
export const createIds = (now: () => number): Ids => {
  let time = 0;
  let counter = counterEnd;
  let prefix = '';
  return {
    next: () => {
      const at = now();
      if (at > time || counter === counterEnd) {
        time = Math.max(at, time + 1);
        counter = 0;
        const digits = time.toString(16).padStart(12, '0');
        prefix = `${digits.slice(0, 8)}-${digits.slice(8)}-7`;
      }
      const count = (counterEnd + counter++).toString(16).slice(1);
      // The random bits are those of a version 4: Node makes many of these from one call for randomness.
      return `${prefix}${count}${randomUUID().slice(18)}`;
    },
  };
};

export const ids: Ids = createIds(Date.now);
