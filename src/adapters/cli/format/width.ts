const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
/** Two columns wide: East Asian wide and fullwidth characters, and what is drawn as an emoji. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const zero = /^[\p{Mn}\p{Me}\p{Cf}]+$/u;
const ascii = /^[ -~]*$/;

/** Columns that printable text takes on a terminal. */
export const widthOf = (text: string): number => {
  if (ascii.test(text)) return text.length;
  let width = 0;
  for (const grapheme of graphemesOf(text)) width += widthOfGrapheme(grapheme);
  return width;
};

/** The text, or as much of it as fits into so many columns with an ellipsis at its end. */
export const cut = (text: string, columns: number): string => {
  if (fits(text, columns)) return text;
  return columns < 1 ? '' : `${text.slice(0, fitting(text, columns - 1))}…`;
};

/** The text in parts that each fit; broken after spaces where there are any. */
export const wrap = (text: string, columns: number): readonly string[] => {
  const parts: string[] = [];
  let rest = text;
  while (!fits(rest, columns)) {
    const most = Math.max(1, fitting(rest, columns));
    const space = rest.lastIndexOf(' ', most);
    const end = space > most / 2 ? space : most;
    parts.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...parts, rest];
};

export const fits = (text: string, columns: number): boolean => fitting(text, columns) === text.length;

/** How much of the text, in UTF-16 units, fits into so many columns. Looks hardly further than that: the text may be long. */
const fitting = (text: string, columns: number): number => {
  const start = text.slice(0, columns + 1);
  if (ascii.test(start)) return Math.min(start.length, Math.max(0, columns));
  let [width, end] = [0, 0];
  for (const grapheme of graphemesOf(text)) {
    width += widthOfGrapheme(grapheme);
    if (width > columns) return end;
    end += grapheme.length;
  }
  return end;
};

const widthOfGrapheme = (grapheme: string): number => (zero.test(grapheme) ? 0 : wide.test(grapheme) ? 2 : 1);

const unitsAtOnce = 96;

/** In pieces, because the time the segmenter takes grows with the square of the text. */
function* graphemesOf(text: string): Generator<string, void, undefined> {
  for (let at = 0; at < text.length; ) {
    const piece = [...segmenter.segment(text.slice(at, at + unitsAtOnce))].map(({ segment }) => segment);
    // The last one may go on in the next piece.
    if (piece.length > 1 && at + unitsAtOnce < text.length) piece.pop();
    for (const grapheme of piece) at += grapheme.length;
    yield* piece;
  }
}
