import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvents, encodeEvents } from '../../../src/adapters/codec/index.js';
import { publishedOf } from '../../../src/application/eventStream.js';
import type { Commit } from '../../../src/application/ports/eventStore.js';
import type { Outgoing } from '../../../src/application/ports/publisher.js';
import { outgoingOf, subjectsOfJob, subjectToken } from '../../../src/application/subscribers/cloudEvent.js';
import type { JobEvent } from '../../../src/domain/job/index.js';
import { at, completed, hostile } from '../../contracts/samples.js';

const outgoing = (event: JobEvent, given: Partial<Commit> = {}): Outgoing => {
  const commit: Commit = {
    commitId: '019b1111-2222-7333-8444-555555555555',
    stream: 'acme/report.daily',
    version: 4,
    partition: 0,
    position: 17,
    at: at(0),
    events: [completed('other'), event],
    ...given,
  };
  const [, published] = publishedOf(commit);
  if (!published) throw new Error('there are two events');
  return outgoingOf(published);
};

/** As a consumer would undo it. */
const nameOf = (token: string): string =>
  Buffer.from(
    token.replaceAll(/=(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

describe('a published event', () => {
  it('is a CloudEvent', () => {
    const { body, ...rest } = outgoing(completed({ rows: 12 }));
    expect(rest).toEqual({
      id: '019b1111-2222-7333-8444-555555555555.1',
      sequence: '0:17:1',
      subject: 'scheduler.events.acme.ExecutionCompleted.report=2Edaily',
    });
    expect(JSON.parse(body)).toEqual({
      specversion: '1.0',
      id: '019b1111-2222-7333-8444-555555555555.1',
      source: 'nexus-scheduler',
      type: 'nexus.scheduler.ExecutionCompleted.v1',
      subject: 'acme/report.daily',
      time: '2023-11-14T22:13:20.000Z',
      sequence: '0:17:1',
      datacontenttype: 'application/json',
      data: {
        type: 'ExecutionCompleted',
        executionId: 'execution-1',
        attempt: 1,
        finishedAt: at(30),
        durationMs: 10,
        result: { rows: 12 },
      },
    });
  });

  it('carries the bytes that the store keeps, whatever is in them', () => {
    const carries = (event: JobEvent): void => {
      const stored = encodeEvents([event]);
      const [read] = decodeEvents(stored);
      if (!read) throw new Error('there is one event');
      expect(outgoing(read).body.endsWith(`"data":${stored.slice(1, -1)}}`)).toBe(true);
    };
    carries(completed(hostile()));
    fc.assert(fc.property(fc.jsonValue({ noUnicodeString: false }), (result) => carries(completed(JSON.parse(JSON.stringify(result))))));
  });

  it('says so where it is too large for a broker', () => {
    const { body } = outgoing(completed('é'.repeat(600_000)));
    expect(JSON.parse(body)).toMatchObject({ subject: 'acme/report.daily', data: { type: 'ExecutionCompleted', truncated: true } });
    expect(JSON.parse(body).data.bytes).toBeGreaterThan(1_200_000);
    expect(JSON.parse(outgoing(completed('é'.repeat(490_000))).body).data.result).toHaveLength(490_000);
  });
});

describe('a subject', () => {
  const legal = /^[A-Za-z0-9_=-]+$/;

  it('writes what a token cannot hold as bytes', () => {
    expect(subjectToken('a.b:c-d_e')).toBe('a=2Eb=3Ac-d_e');
    expect(subjectToken('é👩‍🚀 *>=')).toBe('=C3=A9=F0=9F=91=A9=E2=80=8D=F0=9F=9A=80=20=2A=3E=3D');
    expect(subjectToken('\u0000\r\n\t')).toBe('=00=0D=0A=09');
  });

  it('can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        expect(subjectToken(name)).toMatch(legal);
        expect(nameOf(subjectToken(name))).toBe(name);
      }),
    );
  });

  it('is one of those of its job, and of no other', () => {
    const name = fc.string({ unit: fc.constantFrom(...'aA0._-:*>= é'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(name, name, name, name, (org, job, otherOrg, otherJob) => {
        const { subject } = outgoing(completed(1), { stream: `${org}/${job}` });
        const pattern = subjectsOfJob(otherOrg, otherJob).split('.');
        const isUnder = subject.split('.').every((token, i) => pattern[i] === '*' || pattern[i] === token);
        expect(isUnder).toBe(org === otherOrg && job === otherJob);
        expect(subject.split('.')).toHaveLength(5);
      }),
    );
  });
});
