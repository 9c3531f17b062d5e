/** What could move the cursor, start an escape sequence, break the line or reverse the order in which text is shown. */
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/gu;
const shortNames: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/** Text from outside, safe to print on one line of a terminal: control characters are shown as their escapes. */
export const printable = (text: string): string => text.replace(unsafe, (character) => shortNames.get(character) ?? escaped(character));

/** JSON of the same value that is safe to print on a terminal too. */
export const printableJson = (value: unknown, indent?: number): string =>
  (JSON.stringify(value, null, indent) ?? 'null').replace(unsafe, (character) => (character === '\n' ? character : escaped(character)));

/** What a run returned, on one line: what it says for people comes first. */
export const printableResult = (result: unknown): string => {
  if (typeof result !== 'object' || result === null || Array.isArray(result)) return printableJson(result);
  const { success, message, ...rest } = result as { readonly [key: string]: unknown };
  if (typeof message !== 'string' || message === '') return printableJson(result);
  return Object.keys(rest).length === 0 ? printable(message) : `${printable(message)}  ${printableJson(rest)}`;
};

const escaped = (character: string): string => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
