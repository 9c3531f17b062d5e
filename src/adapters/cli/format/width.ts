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
  if (text.length <= columns && ascii.test(text)) return text;
  let width = 0;
  let kept = '';
  for (const { segment } of graphemes.segment(text)) {
    width += widthOfGrapheme(segment);
    if (width > columns) return columns < 1 ? '' : `${withoutLast(kept, columns)}…`;
    kept += segment;
  }
  return text;
};

/** Room for the ellipsis. */
const withoutLast = (text: string, columns: number): string => {
  let kept = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += widthOfGrapheme(segment);
    if (width > columns - 1) break;
    kept += segment;
  }
  return kept;
};
