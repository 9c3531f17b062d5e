/** Where a mail goes. `content` is read once; its size is known to whoever made it. */
export type Mail = {
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly attachments?: readonly { readonly name: string; readonly mediaType: string; readonly content: AsyncIterable<Uint8Array> }[];
  /** The same for every attempt to send the same mail: becomes its Message-ID, by which servers and people tell a repetition. */
  readonly key: string;
};

export type Delivery = {
  readonly messageId: string;
  readonly accepted: readonly string[];
  /** `permanent`: trying again is of no use. */
  readonly refused: readonly { readonly address: string; readonly reason: string; readonly permanent: boolean }[];
};

export interface Mailer {
  /** Resolves once the server has taken it for at least one recipient. Rejects with `MailFailed`. */
  send(mail: Mail, signal: AbortSignal): Promise<Delivery>;
  close(): Promise<void>;
}

/** Nobody got it. `permanent` where trying again is of no use, such as an address that does not exist. */
export class MailFailed extends Error {
  constructor(
    message: string,
    readonly permanent: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'MailFailed';
  }
}
