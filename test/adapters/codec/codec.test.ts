import { describe, expect, it } from 'vitest';
import { decodeEvents, encodeEvents, UnknownEvent } from '../../../src/adapters/codec/index.js';
import { evolve, initialState, type JobEvent } from '../../../src/domain/job/index.js';
import { completed, hostile, hostileText } from '../../contracts/samples.js';
import { definition as definitionOf, scheduled } from '../../dsl.js';

describe('the stored text of events', () => {
  it('gives the same events back', () => {
    const events: readonly JobEvent[] = [
      completed({ a: [1, null] }),
      { type: 'JobCompleted', reason: 'exhausted' },
      { type: 'JobDeleted', fencingToken: 3 },
    ];
    expect(decodeEvents(encodeEvents(events))).toEqual(events);
    expect(decodeEvents(encodeEvents([]))).toEqual([]);
  });

  it('of a job from before it could have a rule for notices is read as it is, and makes a job without one', () => {
    const { notify: _, ...definition } = definitionOf({});
    const text = JSON.stringify([{ type: 'JobScheduled', jobId: 'job-1', definition, nextRunAt: 1_772_438_400_000 }]);
    const [event] = decodeEvents(text);
    if (event?.type !== 'JobScheduled') throw new Error('it is not what was stored');
    const job = evolve(initialState, event);
    expect(job).toMatchObject({ kind: 'job', jobId: 'job-1', definition: { jobType: 'report' } });
    expect(event.definition).not.toHaveProperty('notify');
    expect(JSON.parse(encodeEvents([event]))).toEqual(JSON.parse(text));
  });

  it('keeps the rule for notices of a job', () => {
    const notify = { on: ['failed', 'paused'], to: ['ops@example.com', 'log'], after: 2, recovered: false } as const;
    const [event] = decodeEvents(encodeEvents([scheduled({ notify })]));
    if (event?.type !== 'JobScheduled') throw new Error('it is not what was stored');
    expect(evolve(initialState, event)).toMatchObject({ definition: { notify } });
  });

  it('is the same when it is made again', () => {
    const text = encodeEvents([completed(hostile())]);
    expect(encodeEvents(decodeEvents(text))).toBe(text);
    expect(text).toContain(hostileText);
  });

  it('is plain text in any encoding: no NUL, no half of a surrogate pair', () => {
    const text = encodeEvents([completed(hostile())]);
    expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
    expect(text).not.toContain('\u0000');
  });

  it('keeps dangerous keys as data', () => {
    const [event] = decodeEvents(encodeEvents([completed(hostile())]));
    const result = event?.type === 'ExecutionCompleted' ? event.result : null;
    expect(Object.hasOwn(Object(result), '__proto__')).toBe(true);
    expect('polluted' in {}).toBe(false);
  });

  it.each([
    ['[{"type":"JobRenamed"}]', 'JobRenamed', 1],
    ['[{"type":"JobDeleted","v":2}]', 'JobDeleted', 2],
    ['[{"type":"constructor"}]', 'constructor', 1],
    ['[{"type":"JobCompleted","reason":"missed"},{"type":"Later","v":7}]', 'Later', 7],
  ])('of a later release is refused: %s', (text, type, version) => {
    expect(() => decodeEvents(text)).toThrow(UnknownEvent);
    expect(() => decodeEvents(text)).toThrow(expect.objectContaining({ type, version }));
  });
});
