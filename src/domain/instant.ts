declare const brand: unique symbol;

/** Milliseconds since the Unix epoch, UTC. A number, so that states compare with === and serialise as they are. */
export type Instant = number & { readonly [brand]: 'Instant' };
/** A length of time in milliseconds. */
export type Millis = number;

export const instant = (epochMs: number): Instant => epochMs as Instant;
export const plus = (at: Instant, ms: Millis): Instant => instant(at + ms);
export const earliest = (...instants: readonly (Instant | null)[]): Instant | null =>
  instants.reduce((first, at) => (first === null || (at !== null && at < first) ? at : first), null);
