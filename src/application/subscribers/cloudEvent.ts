import type { PublishedEvent } from '../api/types.js';
import type { Outgoing } from '../ports/publisher.js';
import { streamOf } from '../streams.js';

const prefix = 'scheduler.events';
/** Brokers take messages of 1 MiB, headers included, unless told otherwise: a snapshot that is larger must not hold up everything else. */
const maxBodyBytes = 1_000_000;

const encoder = new TextEncoder();

/** An event as others read it: CloudEvents 1.0, structured JSON. The same event is the same bytes whenever it is published again. */
export const outgoingOf = (event: PublishedEvent): Outgoing => {
  const { id, sequence, organization, type, jobName } = event;
  const body = bodyOf(event, event.data);
  const bytes = sizeOf(body);
  return {
    id,
    sequence,
    subject: subjectOf(organization, type, jobName),
    body: bytes > maxBodyBytes ? bodyOf(event, { type, truncated: true, bytes }) : body,
  };
};

export const subjectOf = (organization: string, type: PublishedEvent['type'], jobName: string): string =>
  `${prefix}.${subjectToken(organization)}.${type}.${subjectToken(jobName)}`;

/** The subjects of all events of one job. */
export const subjectsOfJob = (organization: string, jobName: string): string =>
  `${prefix}.${subjectToken(organization)}.*.${subjectToken(jobName)}`;

/** A name as one token of a subject: every byte outside `A-Za-z0-9_-` is written `=HH`. */
export const subjectToken = (name: string): string =>
  name.replaceAll(/[^A-Za-z0-9_-]+/gu, (characters) =>
    [...encoder.encode(characters)].map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );

const bodyOf = ({ id, type, organization, jobName, at, sequence }: PublishedEvent, data: object): string =>
  JSON.stringify({
    specversion: '1.0',
    id,
    source: 'nexus-scheduler',
    type: `nexus.scheduler.${type}.v1`,
    subject: streamOf(organization, jobName),
    time: at.toISOString(),
    sequence,
    datacontenttype: 'application/json',
    data,
  });

const sizeOf = (text: string): number => (text.length * 3 <= maxBodyBytes ? text.length : encoder.encode(text).length);
