import type { Commit, StreamKey, Version } from '../../../application/ports/eventStore.js';
import type { LogContext } from './context.js';
import { readStream, readStreams } from './reader.js';

/** Streams of one question: their commits have to fit into one answer. */
const mostStreams = 100;

type Reading = {
  readonly stream: StreamKey;
  readonly resolve: (commits: readonly Commit[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Reads streams. What is asked in one turn goes to the server together, as far as it is after the same version: a node that comes to
 * jobs which it does not know yet asks for as many as it has room for, and each question alone costs about as much as all of them.
 */
export const readTogether = (context: LogContext): ((stream: StreamKey, afterVersion: Version) => Promise<readonly Commit[]>) => {
  let asked = new Map<Version, Reading[]>();

  const send = async (afterVersion: Version, readings: readonly Reading[]): Promise<void> => {
    try {
      const [only] = readings;
      if (readings.length === 1 && only) return only.resolve(await readStream(context, only.stream, afterVersion));
      const found = await readStreams(context, [...new Set(readings.map(({ stream }) => stream))], afterVersion);
      for (const reading of readings) settle(reading, found.get(reading.stream));
    } catch (error) {
      for (const { reject } of readings) reject(error);
    }
  };

  const sendAll = (): void => {
    const all = asked;
    asked = new Map();
    for (const [afterVersion, readings] of all)
      for (let i = 0; i < readings.length; i += mostStreams) void send(afterVersion, readings.slice(i, i + mostStreams));
  };

  return (stream, afterVersion) =>
    new Promise((resolve, reject) => {
      if (asked.size === 0) queueMicrotask(sendAll);
      const readings = asked.get(afterVersion) ?? [];
      asked.set(afterVersion, readings);
      readings.push({ stream, resolve, reject });
    });
};

/** Of those that were asked for together, one that is damaged fails alone. */
const settle = ({ resolve, reject }: Reading, commits: (() => readonly Commit[]) | undefined): void => {
  try {
    resolve(commits?.() ?? []);
  } catch (error) {
    reject(error);
  }
};
