import { PublisherUnavailable } from '../../application/ports/publisher.js';

/** Codes of the client, of the server and of JetStream. They are known here and nowhere else. */
const refused = new Set([
  'AUTHORIZATION_VIOLATION',
  'AUTHENTICATION_EXPIRED',
  'AUTHENTICATION_TIMEOUT',
  'ACCOUNT_EXPIRED',
  'BAD_AUTHENTICATION',
  'BAD_CREDS',
]);
const noResponders = '503';
const jetStreamNotEnabled = new Set([10039, 10076]);
const wrongLastSequence = 10071;
const streamNotFound = 10059;
const noMessageFound = 10037;

type Failure = {
  readonly code?: unknown;
  readonly message: string;
  readonly api_error?: { readonly err_code: number; readonly description: string };
  readonly chainedError?: unknown;
};

const read = (error: unknown): Failure => (error instanceof Error ? error : { message: String(error) });
const apiCode = (error: unknown): number | undefined => read(error).api_error?.err_code;

export const isWrongLastSequence = (error: unknown): boolean => apiCode(error) === wrongLastSequence;
export const isStreamNotFound = (error: unknown): boolean => apiCode(error) === streamNotFound;
export const isNoMessageFound = (error: unknown): boolean => apiCode(error) === noMessageFound;
export const isRefused = (code: unknown): boolean => typeof code === 'string' && refused.has(code);

/** Says what is wrong and where. `server` carries no credentials. */
export const explained = (error: unknown, server: string): PublisherUnavailable => {
  if (error instanceof PublisherUnavailable) return error;
  return new PublisherUnavailable(`NATS at ${server} ${complaint(read(error))}`, { cause: error });
};

/** It answers, and would not keep our events as they are to be kept. */
export const notSetUp = (version: string | undefined, server: string, faults: readonly string[]): PublisherUnavailable =>
  new PublisherUnavailable(`NATS ${version} at ${server} is not set up for the events: ${faults.join('; ')}`);

const complaint = ({ code, message, api_error: api }: Failure): string => {
  if (api && jetStreamNotEnabled.has(api.err_code)) return withoutJetStream;
  if (api) return `refused: ${api.description}`;
  if (isRefused(code)) return 'refuses these credentials';
  if (code === 'PERMISSIONS_VIOLATION') return `does not permit this user to do so: ${message}`;
  if (code === noResponders) return withoutJetStream;
  if (code === 'TIMEOUT' || code === 'CONNECTION_TIMEOUT') return 'did not answer in time';
  if (code === 'MAX_PAYLOAD_EXCEEDED') return 'takes no message as large as this: raise max_payload in its configuration';
  return `cannot be reached (${typeof code === 'string' ? code : message})`;
};

const withoutJetStream = 'has no JetStream for this user, or it is not ready: enable it in the configuration of the server (jetstream {})';
