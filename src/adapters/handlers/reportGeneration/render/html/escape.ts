const special = /[&<>"'`]/g;
const names: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};
/** Controls, and what turns the direction of the text around it: names are shown, they do not act. */
const acting = /(?![\t\n])[\p{Cc}\p{Cs}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

export const html = (text: string): string => text.replaceAll(acting, '\uFFFD').replaceAll(special, (character) => names[character] ?? '');
