import type { Membership } from '../../application/ports/membership.js';

/** One process on its own: every other node that ever ran here is dead. */
export const aloneMembership = (self: string): Membership => ({ self, exclusive: true, isAlive: (node) => node === self });
