import { standing } from '../../domain/hash.js';
import type { Millis } from '../../domain/instant.js';
import type { Membership } from '../ports/membership.js';
import type { WorkItem } from '../ports/readModels.js';

/** So long the preferred node has the first right to due work, at least and at most. */
const shortestGraceMs: Millis = 150;
const longestGraceMs: Millis = 3_000;
/** A claim takes its time: whoever holds back for less only races with the one that it meant to let go first. */
const claims = 3;
/** Weight of the newest claim among those that went before. */
const newest = 0.2;

/**
 * Rendezvous hashing: among the live nodes that can run a job, each job has one that it prefers, and when that node goes only its own
 * jobs move. It keeps nodes from racing for the same claim; it is never a lock.
 */
export class Preference {
  #claimMs: Millis = 0;

  constructor(private readonly membership: Membership) {}

  /** How long a claim of this node took, won or lost: others need about as long. */
  learn(claimMs: Millis): void {
    this.#claimMs += (claimMs - this.#claimMs) * newest;
  }

  /** How long this node holds back: nothing for jobs that prefer it. */
  graceFor({ stream, handlerKey }: WorkItem): Millis {
    if (this.membership.exclusive) return 0;
    let preferred: string | null = null;
    let highest = -1;
    for (const { node, handlerKeys } of this.membership.nodes()) {
      if (!handlerKeys.includes(handlerKey)) continue;
      const score = standing(stream, node);
      if (score > highest) {
        highest = score;
        preferred = node;
      }
    }
    if (preferred === null || preferred === this.membership.self) return 0;
    return Math.min(longestGraceMs, Math.max(shortestGraceMs, Math.round(this.#claimMs * claims)));
  }
}
