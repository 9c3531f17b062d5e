import { MailFailed, type RefusedRecipient } from '../../application/ports/mailer.js';

/** Errors of the SMTP client; `response` is the server's line, `responseCode` its number. */
type SmtpError = {
  readonly message?: string;
  readonly code?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly response?: string | undefined;
  readonly recipient?: string | undefined;
  readonly rejectedErrors?: readonly SmtpError[] | undefined;
};

const neverByItself = ['ECONFIG', 'EREQUIRETLS', 'EFILEACCESS', 'EURLACCESS', 'EMAXRECIPIENTS', 'ENOAUTH'];
const wrongSequence = 503;
const longestReason = 300;

/** 4xx and whatever the network does pass; 5xx stays, but for a session that got out of step. */
const isPermanent = ({ code = '', responseCode }: SmtpError): boolean =>
  responseCode === undefined ? neverByItself.includes(code) : responseCode >= 500 && responseCode !== wrongSequence;

export const refusedOf = ({ rejectedErrors = [] }: SmtpError): readonly RefusedRecipient[] =>
  rejectedErrors.map((error) => ({ address: error.recipient ?? '', reason: reasonOf(error), permanent: isPermanent(error) }));

export const mailFailed = (thrown: unknown, signal: AbortSignal): MailFailed => {
  if (signal.aborted) return new MailFailed('The mail was given up before the server had taken it', false, [], { cause: signal.reason });
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) }) as SmtpError;
  const refused = refusedOf(error);
  const everyoneForGood = refused.length > 0 && refused.every(({ permanent }) => permanent);
  const permanent = error.code === 'EENVELOPE' && refused.length > 0 ? everyoneForGood : isPermanent(error);
  return new MailFailed(`The mail was not sent: ${reasonOf(error)}`, permanent, refused, { cause: thrown });
};

/** What the server said, as one line. */
export const reasonOf = ({ response, message }: SmtpError): string =>
  (response ?? message ?? 'the server did not say why').replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, longestReason);
