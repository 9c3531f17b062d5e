import { visualRuns } from './bidi.js';
import type { Face } from './fonts.js';

/** Scripts whose letters join, stack or carry marks. */
const shaped = /[\u0300-\u036F\u0590-\u109F\u1780-\u17FF\u1A20-\u1CFF\uA8E0-\uA8FF\uA980-\uAADF\uFB1D-\uFDFF\uFE70-\uFEFF]/;
/** Invisible, or meant for the direction of a text that we find ourselves. */
const invisible = /\p{Cf}|\p{Variation_Selector}/gu;
const control = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
const unknown = 0xfffd;
const ellipsis = '…';

export type Line = {
  /** In thousandths of the size. */
  readonly width: number;
  readonly parts: readonly { readonly face: Face; readonly operands: string }[];
};

/** A line of text as glyphs of the first font that has each. */
const lineOf = (text: string, faces: readonly Face[]): Line => {
  const clean = text.replaceAll(control, ' ').replaceAll(invisible, '');
  const parts: Line['parts'][number][] = [];
  let width = 0;
  for (const run of visualRuns(clean)) {
    const pieces = piecesOf(run.text, faces);
    // Fonts put the letters of a word in order; its words are for us.
    for (const { face, text } of run.rightToLeft ? pieces.toReversed().flatMap(wordsBackwards) : pieces) {
      const drawn = run.rightToLeft || shaped.test(text) ? face.shape(text) : simple(text, face);
      parts.push({ face, operands: drawn.operands });
      width += drawn.width;
    }
  }
  return { width, parts };
};

/** The text, or as much of it as fits and an ellipsis. `room` is in thousandths of the size. */
export const fittingLine = (text: string, faces: readonly Face[], room: number): Line => {
  // Nothing is so narrow that more than this could fit.
  const bounded = text.length > room / 100 ? [...text].slice(0, Math.ceil(room / 100)).join('') : text;
  const whole = lineOf(bounded, faces);
  if (whole.width <= room && bounded === text) return whole;
  const characters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(bounded)].map(({ segment }) => segment);
  let [fits, tooMany] = [0, characters.length + 1];
  while (fits + 1 < tooMany) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (lineOf(shortened(characters, middle), faces).width <= room) fits = middle;
    else tooMany = middle;
  }
  return lineOf(shortened(characters, fits), faces);
};

const shortened = (characters: readonly string[], count: number): string => `${characters.slice(0, count).join('').trimEnd()}${ellipsis}`;

const wordsBackwards = ({ face, text }: Piece): readonly Piece[] =>
  text
    .split(/( )/)
    .toReversed()
    .flatMap((word) => (word === '' ? [] : [{ face, text: word }]));

type Piece = { readonly face: Face; text: string };

/** Marks and joiners stay with the letter before them, whatever font it has. */
const piecesOf = (text: string, faces: readonly Face[]): readonly Piece[] => {
  const pieces: Piece[] = [];
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? unknown;
    const last = pieces.at(-1);
    const face = faceOf(codePoint, faces, last?.face);
    const drawn = face ? character : String.fromCodePoint(unknown);
    const used = face ?? faces[0];
    if (!used) continue;
    if (last?.face === used) last.text += drawn;
    else pieces.push({ face: used, text: drawn });
  }
  return pieces;
};

/** A space or a mark needs no other font than the letter before it. */
const faceOf = (codePoint: number, faces: readonly Face[], before: Face | undefined): Face | undefined => {
  if (before && (codePoint === 0x20 || (codePoint >= 0x300 && codePoint <= 0x36f)) && before.glyph(codePoint)) return before;
  return faces.find((face) => face.glyph(codePoint) !== null);
};

const simple = (text: string, face: Face): { readonly operands: string; readonly width: number } => {
  let [hex, width] = ['', 0];
  for (const character of text) {
    const glyph = face.glyph(character.codePointAt(0) ?? unknown);
    if (!glyph) continue;
    hex += glyph.hex;
    width += glyph.width;
  }
  return { operands: `<${hex}>`, width };
};
