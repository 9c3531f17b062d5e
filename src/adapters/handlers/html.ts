const special = /[&<>"'`]/g;
const names: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
/** Controls, and what turns the direction of the text around it. */
const acting = /(?![\t\n])[\p{Cc}\p{Cs}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** As it is, in html. */
export const escaped = (text: string): string => text.replaceAll(special, (character) => names[character] ?? '');

/** Names are shown, they do not act. */
export const inert = (text: string): string => text.replaceAll(acting, '\uFFFD');

export const html = (text: string): string => escaped(inert(text));
