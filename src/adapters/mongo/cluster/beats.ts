import type { Background, Clock, Stop } from '../../../application/ports/clock.js';
import type { Millis } from '../../../domain/instant.js';
import type { NodeDocument } from '../collections.js';
import type { Sighting } from './nodeWatch.js';

/** What beats report. `fenced` is told before others may take this node for dead. */
export type BeatReport =
  | ({ readonly kind: 'nodes' } & Sighting)
  | { readonly kind: 'fenced'; readonly fenced: boolean }
  | { readonly kind: 'failed'; readonly message: string };

type Beats = {
  /** Beats at once with these handler keys, and from then on. */
  announce(handlerKeys: readonly string[]): void;
  /** The main thread has taken note of what it was told. */
  heard(): void;
  stop(): Promise<void>;
};

type Parts = {
  /** Renews the beat, or rejects. */
  beat(count: number, handlerKeys: readonly string[]): Promise<void>;
  look(): Promise<readonly NodeDocument[]>;
  tell(report: BeatReport): void;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly background: Background;
  readonly beatMs: Millis;
  /** How often it looks who else is there: the sooner the last beat of a node is seen, the sooner its silence is known to be a lease. */
  readonly lookMs: Millis;
  readonly fenceMs: Millis;
  /** So many beats go out for a main thread that takes note of nothing. */
  readonly vouchedBeats: number;
};

/**
 * The beat of one node, and what it sees of the others. The time of a beat is that of its sending: nobody can have seen it earlier, so
 * the node fences itself before anybody's patience ends.
 *
 * A main thread that is held up for a while is vouched for; one that never comes back holds duties that nobody does, and is given up.
 * That is judged by what it was told and has not noted, not by the time: the whole process may have been halted.
 */
export const startBeats = ({ beat, look, tell, clock, background, beatMs, lookMs, fenceMs, vouchedBeats }: Parts): Beats => {
  let handlerKeys: readonly string[] = [];
  let count = 0;
  let unheard = 0;
  /** Until the first beat nobody knows of this node. */
  let isFenced = true;
  let isStopped = false;
  let fence: Stop = () => {};
  let next: Stop = () => {};
  /** A beat, a look, or both are on their way. */
  let underWay: Promise<void> | null = null;
  let beatAt: Millis = clock.monotonic();

  const setFenced = (fenced: boolean): void => {
    if (fenced === isFenced || isStopped) return;
    isFenced = fenced;
    tell({ kind: 'fenced', fenced });
  };

  const armFence = (sentAt: Millis): void => {
    fence();
    fence = background.after(Math.max(0, sentAt + fenceMs - clock.monotonic()), () => setFenced(true));
  };

  const renew = async (sentAt: Millis): Promise<void> => {
    beatAt = sentAt + beatMs;
    await beat(++count, handlerKeys);
    armFence(sentAt);
    // A beat that was on its way for too long proves nothing about now.
    if (clock.monotonic() - sentAt < fenceMs) setFenced(false);
  };

  const see = async (): Promise<void> => {
    const askedAt = clock.monotonic();
    const nodes = await look();
    tell({ kind: 'nodes', nodes, askedAt, answeredAt: clock.monotonic() });
  };

  const once = async (): Promise<void> => {
    const startedAt = clock.monotonic();
    const isBeat = startedAt >= beatAt;
    try {
      if (isBeat) await renew(startedAt);
      if (isBeat) unheard++;
      await see();
    } catch (error) {
      tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
    underWay = null;
    if (isStopped) return;
    next = background.after(Math.max(0, Math.min(beatAt, startedAt + lookMs) - clock.monotonic()), goOn, 'keepAlive');
  };

  const goOn = (): void => {
    next();
    if (!underWay && unheard < vouchedBeats) underWay = once();
  };

  /** As soon as what is under way is over. */
  const beatNow = (): void => {
    beatAt = clock.monotonic();
    goOn();
  };

  goOn();
  return {
    announce: (keys) => {
      handlerKeys = keys;
      beatNow();
    },
    heard: () => {
      const wasGivenUp = unheard >= vouchedBeats;
      unheard = 0;
      if (wasGivenUp && !isStopped) beatNow();
    },
    stop: async () => {
      isStopped = true;
      next();
      fence();
      await underWay;
    },
  };
};
