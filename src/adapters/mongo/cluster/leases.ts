import type { Leases } from '../../../application/ports/leases.js';
import type { Membership } from '../../../application/ports/membership.js';
import type { Collections, LeaseDocument } from '../collections.js';
import { answered, codeOf, duplicateKey } from '../failures.js';
import { long } from '../native.js';

/** Epochs sort as text. */
const digits = 15;

/**
 * A lease is taken by inserting its next epoch: of any number who try, the unique id lets one. It lasts as long as its owner lives, or
 * until it is released. Nothing here compares and sets, which not every server does in one step.
 */
export const mongoLeases = ({ leases }: Pick<Collections, 'leases'>, membership: Pick<Membership, 'self' | 'isAlive'>): Leases => {
  const newest = (name: string): Promise<LeaseDocument | null> =>
    leases.findOne({ _id: { $gte: idOf(name, 0), $lt: `${name}/:` } }, { sort: { _id: -1 } });

  const isFree = ({ owner, released }: LeaseDocument): boolean => released === true || !membership.isAlive(owner);

  const take = async (name: string, epoch: number): Promise<boolean> => {
    try {
      await leases.insertOne({ _id: idOf(name, epoch), name, epoch: long(epoch) as never, owner: membership.self });
    } catch (error) {
      if (codeOf(error) !== duplicateKey) throw error;
    }
    // Whoever comes very late may insert an epoch that was removed since: the newest one counts.
    const lease = await newest(name);
    if (lease?.owner !== membership.self || lease.released) return false;
    await leases.deleteMany({ _id: { $gte: idOf(name, 0), $lt: lease._id } });
    return true;
  };

  const hold = async (name: string): Promise<boolean> => {
    const lease = await newest(name);
    if (lease?.owner === membership.self && !lease.released) return true;
    return lease === null || isFree(lease) ? take(name, (lease?.epoch ?? 0) + 1) : false;
  };

  const release = async (name: string): Promise<void> => {
    const lease = await newest(name);
    if (lease?.owner === membership.self) await leases.updateOne({ _id: lease._id }, { $set: { released: true } });
  };

  return { hold: (name) => answered(() => hold(name)), release: (name) => answered(() => release(name)) };
};

const idOf = (name: string, epoch: number): string => `${name}/${String(epoch).padStart(digits, '0')}`;
