/** A request to a server that a user named. */
export type OutboundRequest = {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Of the body, after decompression. */
  readonly maxBytes: number;
};

export type OutboundResponse = {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  readonly body: AsyncIterable<Uint8Array>;
};

/**
 * Requests to servers that users name. Addresses of this machine and of private networks are refused, at every redirect and for the very
 * address that is connected to, unless configuration allows the host. Rejects with `OutboundRefused` for what is not allowed, and with
 * `OutboundFailed` where the server cannot be reached, takes too long or sends too much.
 */
export interface Outbound {
  request(request: OutboundRequest): Promise<OutboundResponse>;
  close(): Promise<void>;
}

/** Not allowed: trying again is of no use. */
export class OutboundRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'OutboundRefused';
  }
}

export class OutboundFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OutboundFailed';
  }
}
