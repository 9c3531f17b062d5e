import { publishedOf } from '../../../src/application/eventStream.js';
import type { Outgoing } from '../../../src/application/ports/publisher.js';
import { outgoingOf } from '../../../src/application/subscribers/cloudEvent.js';
import type { World } from './world.js';

type Place = readonly [position: number, index: number];
const placeOf = (sequence: string): Place => {
  const [, position = 0, index = 0] = sequence.split(':').map(Number);
  return [position, index];
};
const isBefore = (a: Place, b: Place): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

/** What is wrong with a stream that should by now have all of the log: I15 and I16, and what a deletion promises. */
export const problemsOf = async (
  { log, appended, stream }: World,
  messages: readonly Outgoing[] = stream.messages(0),
): Promise<readonly string[]> => {
  const events = (await log.feed.after(0, 0, 1_000_000)).flatMap((commit) =>
    publishedOf(commit).map((event) => ({ event, out: outgoingOf(event) })),
  );
  const deletedAt = new Map<string, Place>();
  for (const { event } of events) if (event.type === 'JobDeleted') deletedAt.set(nameOf(event), placeOf(event.sequence));
  const isPurged = (name: string, sequence: string): boolean => isBefore(placeOf(sequence), deletedAt.get(name) ?? [0, 0]);
  const known = new Map(appended.map((out) => [out.id, out]));
  const present = new Set(messages.map(({ id }) => id));
  return [
    ...messages.filter((message) => !isSame(message, known.get(message.id))).map(({ id }) => `${id} is not what the log says`),
    ...messages
      .filter((message, i) => i > 0 && !isBefore(placeOf(messages[i - 1]?.sequence ?? ''), placeOf(message.sequence)))
      .map(({ sequence }) => `${sequence} comes too late or twice`),
    ...messages
      .filter(({ body, sequence }) => isPurged(JSON.parse(body).subject, sequence))
      .map(({ sequence }) => `${sequence} was not purged`),
    ...events
      .filter(({ event, out }) => !present.has(out.id) && !isPurged(nameOf(event), out.sequence))
      .map(({ out }) => `${out.sequence} is missing`),
  ];
};

const nameOf = ({ organization, jobName }: { readonly organization: string; readonly jobName: string }): string =>
  `${organization}/${jobName}`;

const isSame = (message: Outgoing, known: Outgoing | undefined): boolean =>
  known !== undefined && message.body === known.body && message.subject === known.subject && message.sequence === known.sequence;
