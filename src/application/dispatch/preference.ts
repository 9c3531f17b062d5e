import { hash32 } from '../../domain/hash.js';
import type { Millis } from '../../domain/instant.js';
import type { Membership } from '../ports/membership.js';
import type { WorkItem } from '../ports/readModels.js';

/** So long the preferred node has the first right to due work. */
const graceMs: Millis = 150;

/**
 * Rendezvous hashing: among the live nodes that can run a job, each job has one that it prefers, and when that node goes only its own
 * jobs move. It keeps nodes from racing for the same claim; it is never a lock.
 */
export class Preference {
  constructor(private readonly membership: Membership) {}

  /** How long this node holds back: nothing for jobs that prefer it. */
  graceFor({ stream, handlerKey }: WorkItem): Millis {
    if (this.membership.exclusive) return 0;
    let preferred: string | null = null;
    let highest = -1;
    for (const { node, handlerKeys } of this.membership.nodes()) {
      if (!handlerKeys.includes(handlerKey)) continue;
      const score = hash32(`${stream} ${node}`);
      if (score > highest) {
        highest = score;
        preferred = node;
      }
    }
    return preferred === null || preferred === this.membership.self ? 0 : graceMs;
  }
}
