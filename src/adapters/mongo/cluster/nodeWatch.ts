import type { NodeInfo } from '../../../application/ports/membership.js';
import type { Millis } from '../../../domain/instant.js';
import type { NodeDocument } from '../collections.js';

/** What the store answered, and when it was asked and had answered: on one monotonic clock. */
export type Sighting = { readonly nodes: readonly NodeDocument[]; readonly askedAt: Millis; readonly answeredAt: Millis };

type Watched = { readonly beat: number; readonly handlerKeys: readonly string[]; readonly silentMs: Millis; isGone: boolean };

export type NodeWatch = {
  saw(sighting: Sighting): void;
  isAlive(node: string): boolean;
  /** The live ones. */
  nodes(): readonly NodeInfo[];
  /** Those whose beat has stood still for longer than `silenceMs`. */
  silentFor(silenceMs: Millis): readonly string[];
};

/**
 * Judges nodes by whether their beat changes, on our own monotonic clock, and only while the store answers. Silence is the time from the
 * answer that brought a new beat to the question whose answer still has it: whatever takes long on the way, or waits to be looked at,
 * makes it shorter and never longer. After a gap between questions all silences but those of the dead start anew, since nobody could
 * have been heard in it.
 */
export const nodeWatch = (leaseMs: Millis, longestGapMs: Millis): NodeWatch => {
  const known = new Map<string, Watched>();
  /** Asked for, and never seen: silent for so long. */
  const strangers = new Map<string, Millis>();
  let lastAskedAt: Millis | null = null;

  const isDead = ({ silentMs, isGone }: Watched): boolean => isGone || silentMs >= leaseMs;

  const saw = ({ nodes, askedAt, answeredAt }: Sighting): void => {
    const gapMs = lastAskedAt === null ? 0 : askedAt - lastAskedAt;
    const startMs = askedAt - answeredAt;
    lastAskedAt = askedAt;
    const longer = (silentMs: Millis): Millis => {
      if (gapMs <= longestGapMs) return silentMs + gapMs;
      return silentMs >= leaseMs ? silentMs : startMs;
    };
    const seen = new Set<string>();
    for (const { _id: node, beat, handlerKeys } of nodes) {
      const before = known.get(node);
      const silentMs = before && before.beat === beat && !before.isGone ? longer(before.silentMs) : startMs;
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
