/** What browsers do not show, or what changes how the text around it is shown: controls, and marks that reverse the direction of reading. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu;
const unsafeButBreaks = /[\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]|(?![\n\t])\p{Cc}/gu;

/** Text from outside for one line: what cannot be seen is shown as its escape. */
export const printable = (text: string): string => text.replace(unsafe, escaped);

/** The same where lines may break. */
export const printableLines = (text: string): string => text.replaceAll('\r\n', '\n').replace(unsafeButBreaks, escaped);

const shortNames: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

const escaped = (character: string): string =>
  shortNames.get(character) ?? `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

export const printableJson = (value: unknown): string => printableLines(JSON.stringify(value, null, 2) ?? 'null');
