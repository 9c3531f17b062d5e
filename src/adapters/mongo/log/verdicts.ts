import type { Document } from 'mongodb';
import type { CommitDocument } from '../collections.js';
import { type LogContext, place } from './context.js';
import type { Pending } from './pending.js';

type Found = { readonly byId: ReadonlyMap<string, CommitDocument>; at(stream: string, version: number): CommitDocument | undefined };

/** The commits that stand where any of these conditions look, as a majority has them. */
const find = async ({ commits, known }: LogContext, conditions: readonly Document[]): Promise<Found> => {
  const byId = new Map<string, CommitDocument>();
  const byPlace = new Map<string, CommitDocument>();
  const found = conditions.length > 0 ? await commits.find({ $or: [...conditions] }, { projection: place }).toArray() : [];
  for (const commit of found) {
    known.saw(commit);
    byId.set(commit._id, commit);
    byPlace.set(`${commit.v} ${commit.s}`, commit);
  }
  return { byId, at: (stream, version) => byPlace.get(`${version} ${stream}`) };
};

const slot = (stream: string, version: number): Document => ({ s: { $eq: stream }, v: version });

const isSame = (commit: CommitDocument | undefined, { request, version }: Pending): commit is CommitDocument =>
  commit !== undefined && commit._id === request.commitId && commit.s === request.stream && commit.v === version;

/**
 * Finds what each append builds on, from memory where possible. An append that builds on nothing, or comes after another one, is
 * answered here: the unique index alone would let a version be left out.
 */
export const checkBases = async (context: LogContext, batch: readonly Pending[]): Promise<void> => {
  const conditions: Document[] = [];
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
    } else if (head !== undefined && head.version > expectedVersion) {
      late.push(pending);
      conditions.push({ _id: { $eq: commitId } });
    } else {
      unknown.push(pending);
      conditions.push(slot(stream, expectedVersion));
    }
  }
  const { byId, at } = await find(context, conditions);
  for (const pending of late) {
    const same = byId.get(pending.request.commitId);
    if (isSame(same, pending)) pending.placed('already', same.n);
    else pending.conflict();
  }
  for (const pending of unknown) {
    const base = at(pending.request.stream, pending.request.expectedVersion);
    if (base) pending.base = base._id;
    else pending.conflict();
  }
};

/**
 * Reads back what became of appends whose outcome is not known. One that is not there and whose place is free stays open: the request
 * may still land, so it is only ever repeated with the same id, place and token.
 */
export const resolve = async (context: LogContext, batch: readonly Pending[]): Promise<void> => {
  const conditions = batch.flatMap(({ request, version }) => [{ _id: { $eq: request.commitId } }, slot(request.stream, version)]);
  const { byId, at } = await find(context, conditions);
  for (const pending of batch) {
    const { commitId, stream } = pending.request;
    const same = byId.get(commitId);
    if (isSame(same, pending)) pending.placed(same.tok === pending.token ? 'appended' : 'already', same.n);
    else if (same || at(stream, pending.version)) pending.conflict();
  }
};
