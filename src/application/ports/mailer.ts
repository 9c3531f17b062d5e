/** What is sent, and to whom. Addresses are `local@domain` or `Name <local@domain>`. */
export type Mail = {
  readonly to: readonly string[];
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly subject: string;
  readonly text?: string;
  readonly html?: string;
  readonly attachments?: readonly MailAttachment[];
  /** The same for every attempt to send the same mail: becomes its Message-ID, by which servers and people tell a repetition. */
  readonly key: string;
  /** Those of the recipients who still lack it, as bare addresses: its head names the others too. Default: all. */
  readonly only?: readonly string[];
};

/** `content` is read once, while the mail is sent. */
export type MailAttachment = { readonly name: string; readonly mediaType: string; readonly content: AsyncIterable<Uint8Array> };

/** `permanent`: trying again is of no use. */
export type RefusedRecipient = { readonly address: string; readonly reason: string; readonly permanent: boolean };

/** Addresses are bare, without names. */
export type Delivery = {
  readonly messageId: string;
  readonly accepted: readonly string[];
  readonly refused: readonly RefusedRecipient[];
};

export interface Mailer {
  /**
   * Resolves once the server has taken it for at least one recipient. Rejects with `MailFailed`, also when `signal` aborts: whether
   * the server has taken it is then not known.
   */
  send(mail: Mail, signal: AbortSignal): Promise<Delivery>;
  close(): Promise<void>;
}

/** As far as is known nobody got it. `permanent` where trying again is of no use, such as an address that does not exist. */
export class MailFailed extends Error {
  constructor(
    message: string,
    readonly permanent: boolean,
    /** What the server said of single recipients. */
    readonly refused: readonly RefusedRecipient[] = [],
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'MailFailed';
  }
}
