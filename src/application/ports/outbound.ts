/** A request to a server that a user named. */
export type OutboundRequest = {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  /** Ends the request, its answer's body included. It is the only limit on how long a body may take that keeps coming. */
  readonly signal: AbortSignal;
  /** Of the body, after decompression. */
  readonly maxBytes: number;
  /** `return`: an answer that redirects is returned as it is. Default: it is followed. */
  readonly redirects?: 'follow' | 'return';
};

export type OutboundResponse = {
  /** Where redirects have led. */
  readonly url: string;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  /** Decompressed; to be read once. Rejects as `request` does. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of the connection: for whoever does not read the body to its end. */
  discard(): Promise<void>;
};

/**
 * Requests to servers that users name. Addresses of this machine and of private networks are refused, at every redirect and for the very
 * address that is connected to, unless configuration allows the host. A GET follows redirects; a POST does where it may be repeated as it
 * is (307, 308), other answers are returned. Rejects with `OutboundRefused` for what is not allowed, with `OutboundFailed` where the server
 * cannot be reached, takes too long or sends too much, and with the signal's reason once it aborts.
 */
export interface Outbound {
  request(request: OutboundRequest): Promise<OutboundResponse>;
  /** Ends what is under way. */
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
