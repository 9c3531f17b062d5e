import { type Instant, instant } from '../../domain/instant.js';
import type { Context, JobEvent, JobState } from '../../domain/job/index.js';
import type { WhatIf } from '../api/types.js';
import { type Coming, coming } from './coming.js';

const mostCompared = 1_000;

type Change = {
  readonly before: JobState;
  readonly after: JobState;
  /** What would be appended. */
  readonly events: readonly JobEvent[];
  readonly from: Instant;
  readonly until: Instant;
};

type Difference = Omit<WhatIf, 'jobName' | 'organization'>;

/** The difference that a change makes to what will run between two instants. */
export const differenceOf = ({ before, after, events, from, until }: Change, context: Context): Difference => {
  const [old, renewed] = [listed(before, until, context), listed(after, until, context)];
  const end = instant(Math.min(old.end, renewed.end));
  const [was, becomes] = [within(old.found, end), within(renewed.found, end)];
  const removed = [...was].filter(([at]) => !becomes.has(at));
  const added = [...becomes].filter(([at]) => !was.has(at));
  const moved = [...becomes].flatMap(([at, startAt]) => {
    const old = was.get(at);
    return old === undefined || old === startAt ? [] : [{ occurrence: new Date(at), from: new Date(old), to: new Date(startAt) }];
  });
  return {
    outcome: events.length === 0 ? 'unchanged' : before.kind === 'absent' ? 'created' : 'updated',
    changed: events.flatMap((event) => (event.type === 'JobRescheduled' ? event.changed : [])),
    from: new Date(from),
    until: new Date(end),
    complete: end === until,
    removed: removed.map(present),
    added: added.map(present),
    moved,
    kept: becomes.size - added.length,
    nextRunAt: { before: nextOf(before), after: nextOf(after) },
  };
};

type Listed = { readonly found: readonly Coming[] /** Up to here it is whole. */; readonly end: Instant };

const listed = (state: JobState, until: Instant, context: Context): Listed => {
  const found: Coming[] = [];
  if (state.kind === 'absent') return { found, end: until };
  for (const one of coming(state, context)) {
    if (one.occurrence > until) break;
    found.push(one);
    if (found.length === mostCompared) return { found, end: one.occurrence };
  }
  return { found, end: until };
};

const within = (found: readonly Coming[], end: Instant): ReadonlyMap<Instant, Instant> =>
  new Map(found.filter(({ occurrence }) => occurrence <= end).map(({ occurrence, startAt }) => [occurrence, startAt]));

const present = ([occurrence, startAt]: readonly [Instant, Instant]) => ({ occurrence: new Date(occurrence), startAt: new Date(startAt) });

const nextOf = (state: JobState): Date | null => (state.kind === 'absent' || state.nextRunAt === null ? null : new Date(state.nextRunAt));
