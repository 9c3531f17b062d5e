const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Two columns wide: East Asian wide and fullwidth characters, and what is drawn as an emoji. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const zero = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const ascii = /^[ -~]*$/;

/** Columns that printable text takes on a terminal. */
export const widthOf = (text: string): number => {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOfGrapheme(segment);
  return width;
};

const widthOfGrapheme = (grapheme: string): number => (zero.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1);

/** The text, or as much of it as fits into so many columns with an ellipsis at its end. */
export const cut = (text: string, columns: number): string => {
  if (widthOf(text) <= columns) return text;
  return columns < 1 ? '' : `${text.slice(0, fitting(text, columns - 1))}…`;
};

/** The text in parts that each fit; broken after spaces where there are any. */
export const wrap = (text: string, columns: number): readonly string[] => {
  const parts: string[] = [];
  let rest = text;
  while (widthOf(rest) > columns) {
    const most = Math.max(1, fitting(rest, columns));
    const space = rest.lastIndexOf(' ', most);
    const end = space > most / 2 ? space : most;
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...parts, rest];
};

/** How much of the text, in UTF-16 units, fits into so many columns. */
const fitting = (text: string, columns: number): number => {
  let width = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    width += widthOfGrapheme(segment);
    if (width > columns) return index;
  }
  return text.length;
};
