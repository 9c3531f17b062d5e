import type { Millis } from '../../../domain/instant.js';

/** A live node beats so often; one whose beat stands still for a lease is dead; one that cannot beat for the fence stops by itself. */
export type Pace = { readonly beatMs: Millis; readonly leaseMs: Millis; readonly fenceMs: Millis };
export const usualPace: Pace = { beatMs: 3_000, leaseMs: 15_000, fenceMs: 12_000 };

/** So often a node looks who else is there, for each of its beats. */
export const looksPerBeat = 6;

/** A main thread that notes nothing for so many beats, four leases at the usual pace, is as good as dead. */
export const vouchedBeats = 20;
