import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import type { HandlerContext } from '../../../application/api/types.js';
import { type Mail, type Mailer, MailFailed } from '../../../application/ports/mailer.js';
import { readMailAddress } from '../../../domain/mailAddress.js';
import type { Services } from '../services.js';
import { keepOutcome, merged, nobodyYet, type Outcome, recallOutcome, settled } from './outcome.js';

type Recipients = Pick<Mail, 'to' | 'cc' | 'bcc'>;
type Sent = { readonly messageId: string | null; readonly outcome: Outcome };

/** What became of a mail; no Message-ID where an earlier attempt had reached everyone. */
export type Delivered = Outcome & { readonly messageId: string | null };

/**
 * Sends a mail to those whom no earlier attempt of the execution has reached. Throws while somebody may still be reached, so that it is
 * tried again, and for good where nobody can be. `compose` is only called where there is somebody left.
 */
export const deliver = async (
  { mailer: open, artifacts }: Pick<Services, 'mailer' | 'artifacts'>,
  context: HandlerContext,
  recipients: Recipients,
  compose: () => Promise<Omit<Mail, keyof Recipients | 'only'>>,
): Promise<Delivered> => {
  const mailer = await open();
  const earlier = context.attempt > 1 ? await recallOutcome(await artifacts(), context) : nobodyYet;
  const done = settled(earlier);
  const { to, cc = [], bcc = [] } = recipients;
  const everyone = [...new Set([...to, ...cc, ...bcc].map((text) => readMailAddress(text)?.address ?? text))];
  const only = everyone.filter((address) => !done.includes(address));
  if (only.length === 0) return { ...earlier, messageId: null };
  const { messageId, outcome } = await send(mailer, { ...recipients, ...(await compose()), only }, earlier, context.signal);
  const told = outcome.refused.map(({ address, reason }) => `${address} (${reason})`).join(', ');
  const deferred = outcome.refused.filter(({ permanent }) => !permanent);
  if (deferred.length === 0 && outcome.accepted.length > 0) {
    if (told !== '') context.log.warn(`refused: ${told}`);
    return { ...outcome, messageId };
  }
  await keepOutcome(await artifacts(), context, outcome);
  if (deferred.length === 0) throw new NonRetryableError(`nobody got the mail: ${told}`);
  throw new Error(`${outcome.accepted.length} of ${everyone.length} recipients have the mail; refused for now: ${told}`);
};

/** What the server said of each recipient, also where it refused them all. What else fails is thrown: for good, or to be tried again. */
const send = async (
  mailer: Mailer,
  mail: Mail & { readonly only: readonly string[] },
  earlier: Outcome,
  signal: AbortSignal,
): Promise<Sent> => {
  try {
    const { messageId, ...latest } = await mailer.send(mail, signal);
    return { messageId, outcome: merged(earlier, latest) };
  } catch (error) {
    if (!(error instanceof MailFailed)) throw error;
    if (error.refused.length === mail.only.length)
      return { messageId: null, outcome: merged(earlier, { accepted: [], refused: error.refused }) };
    throw error.permanent ? new NonRetryableError(error.message, { cause: error }) : error;
  }
};
