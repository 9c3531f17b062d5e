import type { AppendRequest, AppendResult } from '../../application/ports/eventStore.js';
import { encodeEvents } from '../codec/index.js';
import type { Link } from './link.js';
import type { LogCalls } from './protocol.js';

/** A batch is full at this many commits or characters, and sent at once: it is written while the next one is being filled. */
const maxCommits = 128;
const maxCharacters = 4_000_000;
/** Full batches on their way. One that is not full waits for the answer to the one before, so that more may join it. */
const maxInFlight = 4;

type Batch = {
  readonly streams: string[];
  readonly versions: number[];
  readonly commitIds: string[];
  readonly ats: number[];
  readonly data: string[];
  readonly waiting: { readonly resolve: (result: AppendResult) => void; readonly reject: (error: unknown) => void }[];
  characters: number;
};

const emptyBatch = (): Batch => ({ streams: [], versions: [], commitIds: [], ats: [], data: [], waiting: [], characters: 0 });

type AppendQueue = {
  append(request: AppendRequest): Promise<AppendResult>;
  /** Resolves when everything asked so far is answered. */
  drained(): Promise<void>;
};

/** Group commit: what is asked while a batch is being written goes into the next one, in order. */
export const appendQueue = (link: Link<LogCalls>): AppendQueue => {
  let batches: Batch[] = [];
  let inFlight = 0;
  let willSend = false;
  let newest: Promise<unknown> = Promise.resolve();

  const isFull = ({ streams, characters }: Batch): boolean => streams.length >= maxCommits || characters >= maxCharacters;

  const openBatch = (): Batch => {
    const last = batches.at(-1);
    if (last && !isFull(last)) return last;
    const batch = emptyBatch();
    batches.push(batch);
    return batch;
  };

  const send = (): void => {
    const [batch] = batches;
    if (!batch || inFlight >= maxInFlight || (inFlight > 0 && !isFull(batch))) return;
    batches = batches.slice(1);
    inFlight++;
    const { waiting, characters: _, ...columns } = batch;
    link
      .call('append', columns)
      .then(
        (answers) => {
          for (const [i, { resolve }] of waiting.entries()) resolve(resultOf(answers[i] ?? 0, columns.versions[i] ?? 0));
        },
        (error) => {
          for (const { reject } of waiting) reject(error);
        },
      )
      .finally(() => {
        inFlight--;
        send();
      });
    send();
  };

  const sendOpen = (): void => {
    willSend = false;
    send();
  };

  const append = ({ stream, expectedVersion, commitId, at, events }: AppendRequest): Promise<AppendResult> =>
    new Promise((resolve, reject) => {
      const data = encodeEvents(events);
      const batch = openBatch();
      batch.streams.push(stream);
      batch.versions.push(expectedVersion);
      batch.commitIds.push(commitId);
      batch.ats.push(at);
      batch.data.push(data);
      batch.waiting.push({ resolve, reject });
      batch.characters += data.length;
      if (isFull(batch)) send();
      // Whoever else appends before control returns to the event loop shares the write.
      else if (!willSend && inFlight === 0) {
        willSend = true;
        queueMicrotask(sendOpen);
      }
    });

  return {
    append: (request) => {
      const answer = append(request);
      newest = answer;
      return answer;
    },
    // Answers come in the order of the requests.
    drained: () => newest.then(ignore, ignore),
  };
};

const ignore = (): void => {};

const partition = 0;

/** The worker answers with a position: negative for a commit that was there already, 0 for a conflict. */
const resultOf = (answer: number, expectedVersion: number): AppendResult =>
  answer === 0
    ? { outcome: 'conflict' }
    : { outcome: answer > 0 ? 'appended' : 'already', version: expectedVersion + 1, partition, position: Math.abs(answer) };
