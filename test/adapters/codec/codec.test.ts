import { describe, expect, it } from 'vitest';
import { decodeEvents, encodeEvents, UnknownEvent } from '../../../src/adapters/codec/index.js';
import type { JobEvent } from '../../../src/domain/job/index.js';
import { completed, hostile, hostileText } from '../../contracts/samples.js';

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
