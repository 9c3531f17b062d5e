import { type NotifyRule, usualNoticeKinds } from '../../../domain/job/index.js';

/** What holds where a job has no rule of its own. Recipients are mail addresses, `webhook:URL` or `log`. */
export type NotificationSettings = {
  /** Who hears of final failures, unless organization or job say otherwise. Empty: nobody. */
  readonly to: readonly string[];
  readonly organizations: { readonly [organization: string]: NotifyRule };
  /** Within so long of a message to a recipient, further notices are collected into one. */
  readonly windowMs: number;
};

const byDefault: NotifyRule = { on: usualNoticeKinds, to: [], after: 1, recovered: true };

/** The job's own rule, else its organization's, else that for all jobs; recipients likewise. Null where nobody is to be told. */
export const ruleFor = (settings: NotificationSettings, organization: string, own: NotifyRule | undefined): NotifyRule | null => {
  const ofOrganization = Object.hasOwn(settings.organizations, organization) ? settings.organizations[organization] : undefined;
  const rule = own ?? ofOrganization ?? byDefault;
  const to = [rule.to, ofOrganization?.to ?? [], settings.to].find((recipients) => recipients.length > 0) ?? [];
  return rule.on.length > 0 && to.length > 0 ? { ...rule, to } : null;
};
