import { describe, expect, it } from 'vitest';
import { narrate, narrateCommit } from '../../../src/adapters/cli/format/narrate.js';
import type { PublishedEvent } from '../../../src/application/api/types.js';
import type { JobEvent } from '../../../src/domain/job/index.js';
import { at, completed, definition, failed, hour, queued, retried, scheduled, second, started } from '../../dsl.js';

const nine = at('09:00');
const published = (data: JobEvent): PublishedEvent => ({
  id: 'c1.0',
  type: data.type,
  organization: 'default',
  jobName: 'report',
  at: new Date(nine),
  sequence: '0:1:0',
  version: 1,
  data,
});
const textOf = (data: JobEvent): string => {
  const { text, detail } = narrate(published(data), { maxAttempts: 3 });
  return detail === undefined ? text : `${text} | ${detail}`;
};

const skip = { type: 'OccurrencesSkipped', from: nine, to: nine, count: 1, nextRunAt: null } as const;
const cancelled = { type: 'ExecutionCancelled', executionId: 'e1', finishedAt: nine } as const;

describe('an event in words', () => {
  it('names the node of a start where there are several', () => {
    const event = published(started('e1', nine, { attempt: 2, node: 'n1-0f' }));
    expect(narrate(event, { maxAttempts: 3, namesNode: true }).text).toBe('started attempt 2/3 on n1-0f');
    expect(narrate(event, { maxAttempts: 3 }).text).toBe('started attempt 2/3');
  });

  it.each<[string, JobEvent]>([
    ['scheduled; due now', scheduled()],
    ['scheduled; next run in 1 h | at 2026-03-02T10:00:00Z', scheduled({}, { nextRunAt: at('10:00') })],
    ['scheduled, paused by alice; no run is left', scheduled({}, { nextRunAt: null, by: 'alice', paused: nine })],
    [
      'changed schedule, tags by alice: faster\\n; next run in 1 h | at 2026-03-02T10:00:00Z',
      {
        type: 'JobRescheduled',
        definition: definition(),
        changed: ['schedule', 'tags'],
        by: 'alice',
        note: 'faster\n',
        nextRunAt: at('10:00'),
      },
    ],
    ['paused', { type: 'JobPaused', at: nine }],
    [
      'paused by al\\u001b[1mice until 2026-03-02T10:00:00Z: why',
      { type: 'JobPaused', at: nine, by: 'al\u001b[1mice', until: at('10:00'), note: 'why' },
    ],
    ['resumed by system; next run in 1 h | at 2026-03-02T10:00:00Z', { type: 'JobResumed', nextRunAt: at('10:00'), by: 'system' }],
    ['cancelled: not needed', { type: 'JobCancelled', note: 'not needed' }],
    ['ended: no run is left', { type: 'JobCompleted', reason: 'exhausted' }],
    ['ended: missed its time', { type: 'JobCompleted', reason: 'missed' }],
    ['deleted by alice', { type: 'JobDeleted', fencingToken: 1, by: 'alice' }],
    ['queued: due since 2026-03-02T09:00:00Z', queued('e1', nine)],
    ['queued: run by hand by alice', queued('e1', nine, { trigger: 'manual', by: 'alice' })],
    ['queued: makes up for 2026-03-02T09:00:00Z', queued('e1', nine, { trigger: 'catchUp' })],
    ['queued: backfill of 2026-03-02T09:00:00Z', queued('e1', nine, { trigger: 'backfill' })],
    ['started attempt 2/3', started('e1', nine, { attempt: 2 })],
    ['started attempt 5/5', started('e1', nine, { attempt: 5 })],
    ['completed in 1.2 s', completed('e1', nine, { durationMs: 1_200 })],
    ['completed in 0 ms | 3 rows\\u001b', completed('e1', nine, { durationMs: 0, result: { success: true, message: '3 rows\u001b' } })],
    ['completed in 0 ms | 3 rows  {"n":3}', completed('e1', nine, { durationMs: 0, result: { n: 3, message: '3 rows' } })],
    ['completed in 0 ms | {"message":3}', completed('e1', nine, { durationMs: 0, result: { message: 3 } })],
    ['completed in 0 ms | {"text":"a\\u001bb"}', completed('e1', nine, { durationMs: 0, result: { text: 'a\u001bb' } })],
    ['failed: boom', failed('e1', nine)],
    ['failed for good: TypeError', failed('e1', nine, { final: true, error: { name: 'TypeError', message: '' } })],
    ['failed: exceeded its time-out after 5 min', failed('e1', nine, { cause: 'timeout', durationMs: 300_000 })],
    ['failed: its node is gone', failed('e1', nine, { cause: 'lost' })],
    ['stopped: its node shut down', failed('e1', nine, { cause: 'shutdown' })],
    ['stopped: its node lost the store', failed('e1', nine, { cause: 'fenced' })],
    ['asks to be called again later', failed('e1', nine, { cause: 'snoozed' })],
    ['retry 2/3 in 2 s', retried('e1', nine, 2 * second)],
    ['run is asked to stop by alice: now', { type: 'ExecutionCancelRequested', executionId: 'e1', by: 'alice', note: 'now' }],
    ['run cancelled', cancelled],
    ['skipped 1 run: the run before was not over | 2026-03-02T09:00:00Z', { ...skip, reason: 'overlap' }],
    [
      'skipped at least 1000 runs: missed while no node was running | 2026-03-02T09:00:00Z to 2026-03-02T10:00:00Z',
      { ...skip, to: at('10:00'), count: 1_000, atLeast: true, reason: 'misfire' },
    ],
    ['skipped 1 run: the job was paused | 2026-03-02T09:00:00Z', { ...skip, reason: 'paused' }],
    ['skipped 1 run: too many runs were waiting | 2026-03-02T09:00:00Z', { ...skip, reason: 'bufferFull' }],
  ])('%s', (text, event) => expect(textOf(event)).toBe(text));

  it('is bounded, however long the message', () => {
    const error = { name: 'Error', message: 'x'.repeat(100_000) };
    expect(textOf(failed('e1', nine, { error })).length).toBeLessThan(500);
    expect(textOf(completed('e1', nine, { result: 'x'.repeat(100_000) })).length).toBeLessThan(500);
  });

  it('says the attempt alone where the job is not known', () => {
    expect(narrate(published(started('e1', nine))).text).toBe('started attempt 1');
  });
});

describe('the events of one commit', () => {
  const told = (...events: JobEvent[]): string[] => narrateCommit(events.map(published), () => ({})).map(({ line }) => line.text);

  it('are one line for a run that starts as soon as it is queued', () =>
    expect(told(queued('e1', nine), started('e1', nine))).toEqual(['started attempt 1']));

  it('are one line for a failure and its retry', () =>
    expect(told(failed('e1', nine), retried('e1', nine))).toEqual(['failed, retry 2 in 1 s: boom']));

  it('stay apart where they are about different runs', () => {
    expect(told(queued('e1', nine), started('e2', nine))).toHaveLength(2);
    expect(told(failed('e1', nine), retried('e2', nine, hour))).toEqual(['failed: boom', 'retry 2 in 1 h']);
  });
});
