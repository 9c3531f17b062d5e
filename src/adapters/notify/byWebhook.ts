import { createHmac } from 'node:crypto';
import type { Clock } from '../../application/ports/clock.js';
import { type NoticeMessage, NotifierFailed } from '../../application/ports/notifier.js';
import { type Outbound, OutboundRefused } from '../../application/ports/outbound.js';
import type { Links } from './links.js';
import { headline, subjectOf } from './words.js';

/** What a receiver may answer; nobody reads it. */
const mostAnswerBytes = 64 * 1024;
/** Answers that pass: time-out, too early, too many. */
const passing = [408, 425, 429];

export type WebhookDependencies = {
  readonly outbound: () => Promise<Outbound>;
  readonly links: Links;
  readonly clock: Clock;
  /** Signs what is sent; null sends it unsigned. */
  readonly secret: string | null;
};

/** Posts the message as JSON, signed as `standardwebhooks.com` has it. A redirect is refused: the message is for that address and no other. */
export const sendByWebhook = async (
  { outbound, links, clock, secret }: WebhookDependencies,
  url: string,
  message: NoticeMessage,
  signal: AbortSignal,
): Promise<void> => {
  const body = JSON.stringify(payloadOf(message, links));
  const timestamp = `${Math.floor(clock.now() / 1_000)}`;
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'nexus-scheduler',
    'webhook-id': message.key,
    'webhook-timestamp': timestamp,
    ...(secret !== null && { 'webhook-signature': signatureOf(secret, `${message.key}.${timestamp}.${body}`) }),
  };
  const status = await answer(await outbound(), { url, method: 'POST', headers, body, signal, maxBytes: mostAnswerBytes });
  if (status >= 200 && status < 300) return;
  const permanent = status < 500 && !passing.includes(status);
  throw new NotifierFailed(
    `the webhook answered ${status}${status >= 300 && status < 400 ? ', and redirects are not followed' : ''}`,
    permanent,
  );
};

const answer = async (outbound: Outbound, request: Parameters<Outbound['request']>[0]): Promise<number> => {
  try {
    const { status, discard } = await outbound.request({ ...request, redirects: 'return' });
    await discard();
    return status;
  } catch (error) {
    throw new NotifierFailed(error instanceof Error ? error.message : String(error), error instanceof OutboundRefused, { cause: error });
  }
};

const signatureOf = (secret: string, signed: string): string => {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : Buffer.from(secret, 'utf8');
  return `v1,${createHmac('sha256', key).update(signed, 'utf8').digest('base64')}`;
};

const payloadOf = (message: NoticeMessage, links: Links) => ({
  type: 'nexus.scheduler.notification.v1',
  id: message.key,
  summary: subjectOf(message),
  total: message.total,
  counts: message.counts,
  jobs: message.jobs,
  notices: message.notices.map((notice) => ({
    ...notice,
    summary: headline(notice),
    at: iso(notice.at),
    retryAt: iso(notice.retryAt),
    nextRunAt: iso(notice.nextRunAt),
    missed: notice.missed && { ...notice.missed, from: iso(notice.missed.from), to: iso(notice.missed.to) },
    url: links.of(notice).url,
  })),
});

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
