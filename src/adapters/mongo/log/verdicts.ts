import type { Filter } from 'mongodb';
import type { StreamKey, Version } from '../../../application/ports/eventStore.js';
import type { CommitDocument } from '../collections.js';
import { type LogContext, place } from './context.js';
import type { Pending } from './pending.js';

type Slot = { readonly stream: StreamKey; readonly version: Version };
type Found = { readonly byId: ReadonlyMap<string, CommitDocument>; at(slot: Slot): CommitDocument | undefined };

/**
 * The commits with these ids and those in these slots, as a majority has them. Asked for by lists, not by alternatives: those not every
 * server answers by its indexes. So commits in other slots may come along.
 */
const find = async ({ commits, barrier, known }: LogContext, ids: readonly string[], slots: readonly Slot[]): Promise<Found> => {
  const ask = (filter: Filter<CommitDocument>) => barrier.kept(() => commits.find(filter, { projection: place }).toArray());
  const [only] = slots;
  const bySlot =
    slots.length === 1 && only
      ? { s: only.stream, v: only.version }
      : { s: { $in: slots.map(({ stream }) => stream) }, v: { $in: [...new Set(slots.map(({ version }) => version))] } };
  const found = await Promise.all([ids.length > 0 ? ask({ _id: { $in: [...ids] } }) : [], slots.length > 0 ? ask(bySlot) : []]);
  const byId = new Map<string, CommitDocument>();
  const byPlace = new Map<string, CommitDocument>();
  for (const commit of found.flat()) {
    known.saw(commit);
    byId.set(commit._id, commit);
    byPlace.set(`${commit.v} ${commit.s}`, commit);
  }
  return { byId, at: ({ stream, version }) => byPlace.get(`${version} ${stream}`) };
};

const isSame = (commit: CommitDocument | undefined, { request, version }: Pending): commit is CommitDocument =>
  commit !== undefined && commit._id === request.commitId && commit.s === request.stream && commit.v === version;

const idOf = ({ request }: Pending): string => request.commitId;

/**
 * Finds what each append builds on, from memory where possible. An append that builds on nothing, or comes after another one, is
 * answered here: the unique index alone would let a version be left out.
 */
export const checkBases = async (context: LogContext, batch: readonly Pending[]): Promise<void> => {
  const late: Pending[] = [];
  const unknown: Pending[] = [];
  for (const pending of batch) {
    if (pending.base !== undefined) continue;
    const { stream, expectedVersion, commitId } = pending.request;
    const head = context.known.head(stream);
    if (head === undefined && expectedVersion === 0) pending.base = null;
    else if (head?.version === expectedVersion) pending.base = head.commitId;
    else if (head?.version === pending.version) {
      if (head.commitId === commitId) pending.placed('already', head.position);
      else pending.conflict();
    } else if (head !== undefined && head.version > expectedVersion) late.push(pending);
    else unknown.push(pending);
  }
  const baseOf = ({ request }: Pending): Slot => ({ stream: request.stream, version: request.expectedVersion });
  const { byId, at } = await find(context, late.map(idOf), unknown.map(baseOf));
  for (const pending of late) {
    const same = byId.get(pending.request.commitId);
    if (isSame(same, pending)) pending.placed('already', same.n);
    else pending.conflict();
  }
  for (const pending of unknown) {
    const base = at(baseOf(pending));
    if (base) pending.base = base._id;
    else pending.conflict();
  }
};

/**
 * Reads back what became of appends whose outcome is not known. One that is not there and whose place is free stays open: the request
 * may still land, so it is only ever repeated with the same id, place and token.
 */
export const resolve = async (context: LogContext, batch: readonly Pending[]): Promise<void> => {
  const slotOf = ({ request, version }: Pending): Slot => ({ stream: request.stream, version });
  const { byId, at } = await find(context, batch.map(idOf), batch.map(slotOf));
  for (const pending of batch) {
    const same = byId.get(idOf(pending));
    if (isSame(same, pending)) pending.placed(same.tok === pending.token ? 'appended' : 'already', same.n);
    else if (same || at(slotOf(pending))) pending.conflict();
  }
};
