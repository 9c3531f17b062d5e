import type { Clock } from '../../../application/ports/clock.js';
import type { NodeInfo } from '../../../application/ports/membership.js';
import type { Millis } from '../../../domain/instant.js';
import type { NodeDocument } from '../collections.js';

type Watched = { beat: number; handlerKeys: readonly string[]; silentMs: Millis; isGone: boolean };

export type NodeWatch = {
  /** The store has answered: these nodes are registered, with these beats. */
  saw(nodes: readonly NodeDocument[]): void;
  isAlive(node: string): boolean;
  /** The live ones. */
  nodes(): readonly NodeInfo[];
  /** Those whose beat has stood still for longer than `silenceMs`. */
  silentFor(silenceMs: Millis): readonly string[];
};

/**
 * Judges nodes by whether their beat changes, on our own monotonic clock, and only while the store answers: silence is the time between
 * answers in which a beat stood still. After a gap between answers all silences but those of the dead start anew, since nobody could
 * have been heard in it.
 */
export const nodeWatch = (clock: Pick<Clock, 'monotonic'>, leaseMs: Millis, longestGapMs: Millis): NodeWatch => {
  const known = new Map<string, Watched>();
  /** Asked for, and never seen: silent for so long. */
  const strangers = new Map<string, Millis>();
  let lastAnswerAt: Millis | null = null;

  const isDead = ({ silentMs, isGone }: Watched): boolean => isGone || silentMs >= leaseMs;

  const saw = (nodes: readonly NodeDocument[]): void => {
    const now = clock.monotonic();
    const gapMs = lastAnswerAt === null ? 0 : now - lastAnswerAt;
    const heardMs = gapMs <= longestGapMs ? gapMs : 0;
    lastAnswerAt = now;
    const longer = (silentMs: Millis): Millis => (gapMs <= longestGapMs || silentMs >= leaseMs ? silentMs + heardMs : 0);
    const seen = new Set<string>();
    for (const { _id: node, beat, handlerKeys } of nodes) {
      const before = known.get(node);
      const silentMs = before && before.beat === beat && !before.isGone ? longer(before.silentMs) : 0;
      known.set(node, { beat, handlerKeys, silentMs, isGone: false });
      strangers.delete(node);
      seen.add(node);
    }
    for (const [node, watched] of known) if (!seen.has(node)) watched.isGone = true;
    for (const [node, silentMs] of strangers) strangers.set(node, longer(silentMs));
  };

  return {
    saw,
    isAlive: (node) => {
      const watched = known.get(node);
      if (watched) return !isDead(watched);
      const silentMs = strangers.get(node) ?? 0;
      strangers.set(node, silentMs);
      return silentMs < leaseMs;
    },
    nodes: () => [...known].filter(([, watched]) => !isDead(watched)).map(([node, { handlerKeys }]) => ({ node, handlerKeys })),
    silentFor: (silenceMs) => [...known].filter(([, { silentMs, isGone }]) => !isGone && silentMs >= silenceMs).map(([node]) => node),
  };
};
