import type { Services } from '../adapters/handlers/index.js';
import type { Clock } from '../application/ports/clock.js';
import type { Logger } from '../application/ports/logger.js';
import type { Notifier } from '../application/ports/notifier.js';
import type { AnyOptions } from './options.js';

/** The way out for messages to people; what it needs is opened with the first of them. */
export const openNotifier = (options: AnyOptions, { mailer, outbound }: Services, clock: Clock, log: Logger): Notifier => {
  const { webhookSecret, baseUrl } = options.notifications || {};
  let opening: Promise<Notifier> | null = null;
  const open = async (): Promise<Notifier> => {
    const { createNotifier } = await import('../adapters/notify/index.js');
    const links = { ...(webhookSecret !== undefined && { webhookSecret }), ...(baseUrl !== undefined && { baseUrl }) };
    return createNotifier({ mailer, outbound, clock, log, ...links });
  };
  return {
    send: async (to, message, signal) => {
      opening ??= open();
      return (await opening).send(to, message, signal);
    },
  };
};
