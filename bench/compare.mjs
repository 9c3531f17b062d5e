// Two results side by side. Where a peer was measured with us in both, our figure counts in ratio to the peer's: machines and days differ.
import { mediansOf } from './medians.mjs';

const baseline = 'bullmq';
/** What may get worse without being told: runs of the same code differ by this much. */
const tolerance = 0.15;

const higherIsBetter = /PerSecond$/;
const lowerIsBetter = /(Ms(\.p50|\.p99)?|Micros|Mib|idlePercent)$/;

/** Prints what changed; false where something got worse by more than the tolerance. */
export const compare = (before, after) => {
  const [old, now] = [mediansOf(before), mediansOf(after)];
  let worse = 0;
  for (const [key, figures] of now) {
    if (!key.includes('/nexus') || !old.has(key)) continue;
    const peerKey = key.replace('nexus', baseline);
    const [oldPeer, nowPeer] = [old.get(peerKey), now.get(peerKey)];
    for (const [name, value] of Object.entries(figures)) {
      const up = higherIsBetter.test(name);
      if (!up && !lowerIsBetter.test(name)) continue;
      const measured = { old: old.get(key)[name], now: value };
      if (!measured.old || !measured.now) continue;
      const hasPeer = oldPeer?.[name] > 0 && nowPeer?.[name] > 0;
      const change = hasPeer ? measured.now / nowPeer[name] / (measured.old / oldPeer[name]) : measured.now / measured.old;
      const better = up ? change : 1 / change;
      if (Math.abs(better - 1) <= tolerance) continue;
      if (better < 1) worse++;
      const against = hasPeer ? `in ratio to ${baseline}` : 'as measured, there is no peer to compare with';
      console.log(
        `${better < 1 ? 'WORSE ' : 'better'} ${better.toFixed(2)} x  ${key} ${name}: ${measured.old} -> ${measured.now} (${against})`,
      );
    }
  }
  console.log(
    worse === 0 ? `nothing got worse by more than ${tolerance * 100} %` : `${worse} figures got worse by more than ${tolerance * 100} %`,
  );
  return worse === 0;
};
