import { format } from 'node:util';
import type { ArtifactData, ArtifactInfo } from '../../application/api/types.js';
import type { RunInfo, RunRequest } from '../../application/ports/runner.js';
import type { LogLevel } from '../../application/ports/runRecords.js';

type Log = (message: unknown, ...details: readonly unknown[]) => void;

/** What a handler gets beside its parameters. */
export type HandlerContext = Omit<RunInfo, 'scheduledFor'> & {
  readonly scheduledFor: Date;
  /** Aborts at the time-out, on cancellation and on shutdown. */
  readonly signal: AbortSignal;
  readonly log: { readonly [level in LogLevel]: Log };
  /** How far the work is, from 0 to 1. */
  readonly progress: (fraction: number, message?: string) => void;
  /** Keeps a file with the execution. */
  readonly artifact: (name: string, content: ArtifactData, mediaType?: string) => Promise<ArtifactInfo>;
};

/** Where the handler's words go, and what tells it to stop: the signal is only made once somebody looks at it. */
export type Line = Pick<RunRequest, 'onLog' | 'onProgress' | 'onArtifact' | 'signal'>;

export const handlerContext = (info: RunInfo, line: Line): HandlerContext => new Context(info, line);

// A class, its fields written out: a getter in a literal, or a spread, costs more than all the rest of a short run.
class Context implements HandlerContext {
  readonly jobName: string;
  readonly jobId: string;
  readonly jobType: string;
  readonly organization: string;
  readonly executionId: string;
  readonly attempt: number;
  readonly maxAttempts: number;
  readonly fencingToken: number;
  readonly idempotencyKey: string;
  readonly scheduledFor: Date;
  readonly log: HandlerContext['log'];
  readonly progress: HandlerContext['progress'];
  readonly artifact: HandlerContext['artifact'];
  readonly #line: Line;

  constructor(info: RunInfo, line: Line) {
    this.jobName = info.jobName;
    this.jobId = info.jobId;
    this.jobType = info.jobType;
    this.organization = info.organization;
    this.executionId = info.executionId;
    this.attempt = info.attempt;
    this.maxAttempts = info.maxAttempts;
    this.fencingToken = info.fencingToken;
    this.idempotencyKey = info.idempotencyKey;
    this.scheduledFor = new Date(info.scheduledFor);
    this.log = { debug: logAt(line, 'debug'), info: logAt(line, 'info'), warn: logAt(line, 'warn'), error: logAt(line, 'error') };
    this.progress = (fraction, message) => line.onProgress(Number(fraction), message === undefined ? undefined : String(message));
    this.artifact = (name, content, mediaType) => keep(line, name, content, mediaType);
    this.#line = line;
  }

  get signal(): AbortSignal {
    return this.#line.signal;
  }
}

const logAt =
  (line: Line, level: LogLevel): Log =>
  (message, ...details) =>
    line.onLog(level, textOf(message, details));

const keep = async (
  line: Line,
  name: string,
  content: ArtifactData,
  mediaType = typeof content === 'string' ? 'text/plain; charset=utf-8' : 'application/octet-stream',
): ReturnType<HandlerContext['artifact']> => {
  const kept = await line.onArtifact({ name, mediaType, chunks: chunksOf(content) });
  const { artifactId, bytes, sha256, createdAt } = kept;
  return { artifactId, name, mediaType, bytes, sha256, createdAt: new Date(createdAt) };
};

async function* chunksOf(content: ArtifactData): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string' || content instanceof Uint8Array) yield bytesOf(content);
  else for await (const chunk of content) yield bytesOf(chunk);
}

const encoder = new TextEncoder();
const bytesOf = (chunk: unknown): Uint8Array => {
  if (typeof chunk === 'string') return encoder.encode(chunk);
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('the content of an artifact must be a text, bytes, or an async iterable of these');
};

/** As `console.log` would print it. */
const textOf = (message: unknown, details: readonly unknown[]): string => {
  if (typeof message === 'string' && details.length === 0) return message;
  try {
    return format(message, ...details);
  } catch {
    return '[a value that cannot be printed]';
  }
};
