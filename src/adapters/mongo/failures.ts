import { MongoError, MongoServerError } from 'mongodb';
import { StoreUnavailable } from '../../application/ports/eventStore.js';

export const duplicateKey = 11_000;
const unauthorized = 13;
const authenticationFailed = 18;
const documentFailedValidation = 121;

/** The server refused and will refuse again: nothing was written, and there is no use in repeating it. */
export const isRefusal = (code: unknown): boolean =>
  code === unauthorized || code === authenticationFailed || code === documentFailedValidation;

export const codeOf = (error: unknown): unknown => (error instanceof MongoServerError ? error.code : undefined);

/** What a server adds to its reply when a write is done, and may be undone: it did not reach a majority in time. */
export type Unconfirmed = { readonly writeConcernError?: { readonly errmsg?: string } };

/** The driver does not throw for it where a command is sent as it is. */
export const confirmed = <R extends Unconfirmed>(reply: R): R => {
  if (reply.writeConcernError) throw unavailable(new Error(reply.writeConcernError.errmsg ?? 'a write did not reach a majority'));
  return reply;
};

/** What the driver throws becomes the error of the port. */
export const answered = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw error instanceof MongoError ? unavailable(error) : error;
  }
};

export const unavailable = (cause: unknown): StoreUnavailable =>
  new StoreUnavailable(`MongoDB cannot answer now: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
