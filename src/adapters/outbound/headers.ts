import { OutboundRefused } from '../../application/ports/outbound.js';

export type Headers = { readonly [name: string]: string };

/** They frame the message, which is not the caller's to say. */
const framing = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
/** What another origin may know: everything else may be a secret. */
const harmless = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
const value = /^[^\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]{0,8192}$/;

/** Headers with names in lower case. Refuses those that could change the message they travel with. */
export const checkedHeaders = (headers: Headers): Headers => {
  const checked: Record<string, string> = Object.create(null);
  for (const [name, text] of Object.entries(headers)) {
    if (!token.test(name)) throw new OutboundRefused(`${JSON.stringify(name)} is no name of a header`);
    if (!value.test(text)) throw new OutboundRefused(`the header ${name} has characters that a header cannot carry, or too many`);
    const lower = name.toLowerCase();
    if (framing.has(lower)) throw new OutboundRefused(`the header ${name} is set by this program`);
    checked[lower] = text;
  }
  return checked;
};

/** What of them goes along to another origin. */
export const harmlessOf = (headers: Headers): Headers => Object.fromEntries(Object.entries(headers).filter(([name]) => harmless.has(name)));

/** An answer's headers, each as one text. */
export const plainHeaders = (headers: { readonly [name: string]: string | string[] | undefined }): Headers => {
  const plain: Record<string, string> = Object.create(null);
  for (const [name, text] of Object.entries(headers)) if (text !== undefined) plain[name] = Array.isArray(text) ? text.join(', ') : text;
  return plain;
};
