import type { JobEvent } from '../../domain/job/index.js';

/** The published form of events: what one release writes, every later one reads. */
export interface EventCodec {
  /** JSON text of an array. */
  encode(events: readonly JobEvent[]): string;
  /** Throws for what a later release wrote. */
  decode(text: string): readonly JobEvent[];
}
