/** What XML 1.0 cannot hold: controls and lone surrogates. */
const forbidden = /(?![\t\n\r])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu;
/** In a spreadsheet this would be read as an escaped character. */
const escaped = /_x([0-9A-Fa-f]{4})_/g;
const special = /[&<>"\r]/g;
const names: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };
/** What a cell takes. */
const longest = 32_767;

export const xmlText = (text: string): string =>
  text
    .slice(0, longest)
    .replaceAll(forbidden, '\uFFFD')
    .replaceAll(escaped, '_x005F_x$1_')
    .replaceAll(special, (character) => names[character] ?? '');

export const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
