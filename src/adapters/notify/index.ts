import type { Clock } from '../../application/ports/clock.js';
import type { Logger } from '../../application/ports/logger.js';
import type { Mailer } from '../../application/ports/mailer.js';
import type { Notifier } from '../../application/ports/notifier.js';
import type { Outbound } from '../../application/ports/outbound.js';
import { sendByMail } from './byMail.js';
import { sendByWebhook } from './byWebhook.js';
import { linksTo } from './links.js';
import { subjectOf } from './words.js';

type Options = {
  /** Opened when they are first needed. */
  readonly mailer: () => Promise<Mailer>;
  readonly outbound: () => Promise<Outbound>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly webhookSecret?: string;
  /** Where the service is reached by people, such as `https://scheduler.example.com`. */
  readonly baseUrl?: string;
};

/** Sends to each recipient in its own way. */
export const createNotifier = ({ mailer, outbound, log, clock, webhookSecret, baseUrl }: Options): Notifier => {
  const links = linksTo(baseUrl);
  const webhooks = { outbound, links, clock, secret: webhookSecret ?? null };
  return {
    send: async (to, message, signal) => {
      switch (to.kind) {
        case 'mail':
          return sendByMail(mailer, links, to.address, message, signal);
        case 'webhook':
          return sendByWebhook(webhooks, to.url, message, signal);
        case 'log': {
          const { total, notices } = message;
          log.warn({ summary: subjectOf(message), total, notices }, 'a notification');
        }
      }
    },
  };
};
