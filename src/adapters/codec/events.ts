import type { JobEvent, JobEventType } from '../../domain/job/index.js';
import { currentVersion, upcastersOf } from './upcasters.js';

/** The stored form of a commit's events: JSON text, made once and then kept byte for byte in every store. */
export const encodeEvents = (events: readonly JobEvent[]): string =>
  JSON.stringify(events.some(({ type }) => currentVersion(type) > 1) ? events.map(withVersion) : events);

export const noEvents = '[]';

/** Reads stored text as events of the present versions. Throws `UnknownEvent` for what a later release wrote. */
export const decodeEvents = (text: string): readonly JobEvent[] => {
  if (text === noEvents) return [];
  const stored = JSON.parse(text) as readonly StoredEvent[];
  return stored.some(needsWork) ? stored.map(upcast) : (stored as unknown as readonly JobEvent[]);
};

/** The log holds an event of a type or version that this release does not know. */
export class UnknownEvent extends Error {
  constructor(
    readonly type: string,
    readonly version: number,
  ) {
    super(`The log holds an event "${type}" of version ${version}, which this release does not know`);
    this.name = 'UnknownEvent';
  }
}

/** `v` is left out for version 1. */
type StoredEvent = { readonly type: string; readonly v?: number };

const withVersion = (event: JobEvent): StoredEvent => {
  const v = currentVersion(event.type);
  return v === 1 ? event : { ...event, v };
};

const needsWork = ({ type, v = 1 }: StoredEvent): boolean => upcastersOf(type)?.length !== v - 1 || v > 1;

const upcast = (stored: StoredEvent): JobEvent => {
  const { v = 1, ...event } = stored;
  const steps = upcastersOf(event.type);
  if (!steps || v > steps.length + 1) throw new UnknownEvent(event.type, v);
  return steps.slice(v - 1).reduce((older, step) => step(older), event as { readonly type: JobEventType }) as JobEvent;
};
