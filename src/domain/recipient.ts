import { isMailAddress } from './mailAddress.js';

/** Who is told of something: a mail address, a server that takes webhooks, or this scheduler's own log. */
export type Recipient =
  | { readonly kind: 'mail'; readonly address: string }
  | { readonly kind: 'webhook'; readonly url: string }
  | { readonly kind: 'log' };

const longest = 2_000;

/** Reads `ada@example.com`, `webhook:https://example.com/hook` or `log`. Null for anything else. Whether a server may be reached is known when it is. */
export const readRecipient = (text: string): Recipient | null => {
  if (text.length > longest) return null;
  if (text === 'log') return { kind: 'log' };
  if (text.startsWith('webhook:'))
    return isPlainUrl(text.slice('webhook:'.length)) ? { kind: 'webhook', url: text.slice('webhook:'.length) } : null;
  return isMailAddress(text) ? { kind: 'mail', address: text } : null;
};

/** For the log: an URL of a webhook is often a secret in itself. */
export const shownRecipient = (recipient: Recipient): string => {
  switch (recipient.kind) {
    case 'mail':
      return recipient.address;
    case 'webhook':
      return `webhook:${new URL(recipient.url).origin}`;
    case 'log':
      return 'log';
  }
};

export const recipientForm = 'must be a mail address, webhook: and an http or https URL without a password, or log';

const isPlainUrl = (text: string): boolean => {
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === '' && password === '';
};
