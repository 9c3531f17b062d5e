import { describe, expect, it } from 'vitest';
import { messagesOf } from '../../src/adapters/console/api/sse.js';
import { differences } from '../../src/adapters/console/words/differences.js';
import { countdown, duration, elapsed } from '../../src/adapters/console/words/duration.js';
import { issuesInWords } from '../../src/adapters/console/words/issues.js';
import { printable, printableLines } from '../../src/adapters/console/words/printable.js';
import { rruleInWords } from '../../src/adapters/console/words/rrule.js';
import { boundsInWords, ruleInWords } from '../../src/adapters/console/words/schedule.js';
import { absolute, instantOf, offsetOf, relative, short, shortWithYear, wallClock } from '../../src/adapters/console/words/time.js';

describe('words of the console', () => {
  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [2_000, '2 s'],
    [2_345, '2.35 s'],
    [12_340, '12.3 s'],
    [59_960, '1 min'],
    [61_000, '1 min 1 s'],
    [3_600_000, '1 h'],
    [90_000_000, '1 d 1 h'],
  ])('%i ms take %s', (ms, words) => expect(duration(ms)).toBe(words));

  it('counts up and down in full seconds', () => {
    expect([elapsed(-5), elapsed(1_999), elapsed(61_500)]).toEqual(['0 s', '1 s', '1 min 1 s']);
    expect([countdown(-1), countdown(900), countdown(61_000), countdown(3_661_000)]).toEqual(['0 s', '1 s', '1:01', '1:01:01']);
  });

  it('tells instants in zones, and how far they are', () => {
    const at = Date.parse('2026-07-01T10:00:00Z');
    expect(absolute(at, 'America/New_York')).toBe('Wed 1 Jul 2026, 06:00:00');
    expect([short(at, 'UTC'), shortWithYear(at, 'UTC')]).toEqual(['1 Jul, 10:00', '1 Jul 2026, 10:00']);
    expect([offsetOf(at, 'Asia/Kolkata'), offsetOf(at, 'UTC')]).toEqual(['UTC+05:30', 'UTC+00:00']);
    expect([relative(at, at), relative(at + 90_000, at), relative(at - 7_200_000, at)]).toEqual(['now', 'in 1 min', '2 h ago']);
    expect(absolute(at, 'No/Such_Zone')).toBe(absolute(at, 'UTC'));
  });

  it.each([
    ['2026-07-01T09:00:00', '2026-07-01T07:00:00.000Z'],
    // Clocks go forward over it: as much later.
    ['2026-03-29T02:30:00', '2026-03-29T01:30:00.000Z'],
    // It is shown twice: the first.
    ['2026-10-25T02:30:00', '2026-10-25T00:30:00.000Z'],
  ])('reads %s in Berlin as %s', (wall, instant) => {
    const at = instantOf(wall, 'Europe/Berlin');
    expect(at === null ? null : new Date(at).toISOString()).toBe(instant);
  });

  it('reads what it shows, and refuses what is no time', () => {
    const at = Date.parse('2026-01-31T23:59:59Z');
    for (const zone of ['UTC', 'Europe/Berlin', 'Pacific/Chatham', 'America/St_Johns'])
      expect(instantOf(wallClock(at, zone), zone)).toBe(at);
    expect(instantOf('soon', 'UTC')).toBeNull();
  });

  it.each([
    ['FREQ=DAILY', 'Every day'],
    ['RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;BYHOUR=9;BYMINUTE=30', 'Every 2 weeks on Monday and Wednesday at 09:30'],
    ['FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=17;BYMINUTE=0', 'Every month on the last Friday at 17:00'],
    ['FREQ=YEARLY;BYEASTER=0', 'FREQ=YEARLY;BYEASTER=0'],
  ])('tells %s as "%s"', (rule, words) => expect(rruleInWords(rule)).toBe(words));

  it('tells schedules, and what it does not know as it was written', () => {
    expect(ruleInWords({ type: 'recurring', cronExpression: '0 9 * * 1-5' })).toBe('At 09:00, Monday through Friday');
    expect(ruleInWords({ type: 'recurring', cronExpression: 'H H * * *' })).toBe('Cron H H * * *');
    expect(ruleInWords({ type: 'recurring', interval: { value: 1, unit: 'weeks' } })).toBe('Every week');
    expect(boundsInWords({ type: 'recurring', cronExpression: '* * * * *', maxRuns: 1, jitter: 60_000 })).toEqual([
      'one run only',
      'starts spread over 1 min',
    ]);
  });

  it('shows what could not be seen', () => {
    expect(printable('a\u202eb\u0000\u2028\n\ud800')).toBe('a\\u202eb\\u0000\\u2028\\n\\ud800');
    expect(printableLines('a\r\nb\tc\u0007')).toBe('a\nb\tc\\u0007');
  });

  it('says where a fault is, beside its field only where in it', () => {
    const issues = [
      { path: 'parameters.to', message: 'must be given' },
      { path: 'parameters', message: 'has too much' },
      { path: 'parametersOfOthers', message: 'is unknown' },
      { path: '', message: 'is odd' },
    ];
    expect(issuesInWords(issues, 'parameters')).toBe('to: must be given; has too much; parametersOfOthers: is unknown; is odd');
    expect(issuesInWords(issues.slice(0, 1))).toBe('parameters.to: must be given');
  });

  it('finds where two definitions differ', () => {
    expect(differences({ a: 1, b: { c: [1], d: 'x' } }, { a: 1, b: { c: [2], e: null } })).toEqual([
      { path: 'b.c', before: '[1]', after: '[2]' },
      { path: 'b.d', before: 'x', after: 'nothing' },
      { path: 'b.e', before: 'nothing', after: 'null' },
    ]);
  });
});

describe('a stream of events', () => {
  const text = ': hello\n\nid: 0:1:0\ndata: {"n":1}\n\nevent: other\r\ndata: {"n":\r\ndata: "ü"}\r\n\r\ndata: unfinished';

  it('is read the same wherever it is cut', async () => {
    const bytes = new TextEncoder().encode(text);
    for (let size = 1; size <= bytes.length; size++) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));
      const messages = [];
      for await (const some of messagesOf(ReadableStream.from(chunks) as ReadableStream<Uint8Array>)) messages.push(...some);
      expect(messages).toEqual([
        { event: 'message', data: '{"n":1}', id: '0:1:0' },
        { event: 'other', data: '{"n":\n"ü"}', id: '0:1:0' },
      ]);
    }
  });
});
