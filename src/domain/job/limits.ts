/** An occurrence is missed if no node was watching this long after its start time (schedule-semantics 9). */
export const misfireGraceMs = 60_000;
/** A one-time job may be scheduled this far in the past: it is due at once (schedule-semantics 5). */
export const oncePastLimitMs = 60_000;
/** Executions that wait under `bufferAll`, and manual ones under any policy but `allow`. */
export const maxBuffered = 100;
/** What unfinished executions may come to as JSON: of the 768 KiB of a state a third is left to the definition. */
export const maxActiveCharacters = 512 * 1024;
/** One of them at most, without parameters of its own. */
export const charactersPerExecution = 300;
/** Attempts that may end by shutdown, fencing or snoozing without counting. */
export const maxAborts = 10;
/** Occurrences of one backfill. */
export const maxBackfilled = 1_000;
/** Skipped occurrences are counted exactly up to here. */
export const maxCounted = 1_000;
/** Events of one decision; what is left is decided at the next wake-up, at once. */
export const maxEventsPerCommit = 90;
/** Keyed requests that a job remembers. */
export const maxRequests = 20;
