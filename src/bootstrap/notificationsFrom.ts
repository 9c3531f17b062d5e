import type { Config } from './config.js';
import type { NotificationOptions } from './notificationOptions.js';

/** What the environment says of notifications. */
export const notificationsFrom = (config: Config): NotificationOptions => ({
  to: [...(config.NOTIFY_EMAIL ?? []), ...(config.NOTIFY_WEBHOOK ?? []).map((url) => `webhook:${url}`)],
  ...(config.SCHEDULER_NOTIFY_ORGANIZATIONS && { organizations: config.SCHEDULER_NOTIFY_ORGANIZATIONS }),
  ...(config.SCHEDULER_WEBHOOK_SECRET !== undefined && { webhookSecret: config.SCHEDULER_WEBHOOK_SECRET }),
  ...(config.SCHEDULER_BASE_URL !== undefined && { baseUrl: config.SCHEDULER_BASE_URL }),
  ...(config.SCHEDULER_NOTIFY_WINDOW_SECONDS !== undefined && { windowMs: config.SCHEDULER_NOTIFY_WINDOW_SECONDS * 1_000 }),
});
