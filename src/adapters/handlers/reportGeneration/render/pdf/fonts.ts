import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type PDFDocument from 'pdfkit';
import { unpacked } from './woff.js';

/** What we use of a font that pdfkit embeds: its public types say nothing of it. */
type EmbeddedFont = {
  readonly id: string;
  readonly font: { hasGlyphForCodePoint(codePoint: number): boolean };
  ref(): unknown;
  /** Glyphs as hexadecimal numbers of the embedded subset, and how far each moves on, in thousandths of the size. */
  encode(text: string): [glyphs: string[], positions: { readonly xAdvance: number; readonly advanceWidth: number }[]];
};

type Doc = InstanceType<typeof PDFDocument>;
type Inside = { readonly _font: EmbeddedFont; readonly page: { readonly fonts: Record<string, unknown> } };

const resolve = createRequire(import.meta.url).resolve;
const dejaVu = (style: string): string => resolve(`dejavu-fonts-ttf/ttf/DejaVuSansCondensed${style}.ttf`);
/** Has a glyph, if a rough one, for every script that is written today. */
const lastResort = (): string => resolve('@fontsource/unifontex/files/unifontex-latin-400-normal.woff');

export type Glyph = { readonly hex: string; readonly width: number };

/** A font of a document. Only the glyphs that are used get embedded. */
export class Face {
  readonly #glyphs = new Map<number, Glyph | null>();
  #font: EmbeddedFont | null = null;

  constructor(
    private readonly document: Inside,
    private readonly open: () => EmbeddedFont,
  ) {}

  get id(): string {
    return this.font.id;
  }

  /** Read when it is first asked: most reports need no other than the first. */
  private get font(): EmbeddedFont {
    this.#font ??= this.open();
    return this.#font;
  }

  has(codePoint: number): boolean {
    return this.font.font.hasGlyphForCodePoint(codePoint);
  }

  /** Null where it has none. */
  glyph(codePoint: number): Glyph | null {
    const known = this.#glyphs.get(codePoint);
    if (known !== undefined) return known;
    const made = this.has(codePoint) ? this.#encode(String.fromCodePoint(codePoint)) : null;
    this.#glyphs.set(codePoint, made);
    return made;
  }

  /** Of scripts whose letters depend on each other; right-to-left ones come out in the order in which they are drawn. */
  shape(text: string): { readonly operands: string; readonly width: number } {
    const [glyphs, positions] = this.font.encode(text);
    let width = 0;
    const operands = glyphs.map((hex, i) => {
      const { xAdvance = 0, advanceWidth = 0 } = positions[i] ?? {};
      width += xAdvance;
      const back = Math.round(advanceWidth - xAdvance);
      return back === 0 ? `<${hex}>` : `<${hex}> ${back}`;
    });
    return { operands: operands.join(' '), width };
  }

  /** Every page names the fonts it uses. */
  useOnPage(): void {
    this.document.page.fonts[this.font.id] ??= this.font.ref();
  }

  #encode(text: string): Glyph {
    const [glyphs, positions] = this.font.encode(text);
    return { hex: glyphs.join(''), width: positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0) };
  }
}

export type Faces = { readonly regular: readonly Face[]; readonly bold: readonly Face[] };

/** In the order in which they are asked for a glyph: ours, those that were given, and the one that has them all. */
export const openFaces = (document: Doc, given: readonly string[]): Faces => {
  // The one place that looks inside pdfkit: text by its own methods takes a millisecond for a row.
  const inside = document as unknown as Inside;
  const open = (file: string): Face =>
    new Face(inside, () => {
      document.font(unpacked(readFileSync(file)));
      return inside._font;
    });
  const others = [...given, lastResort()].map(open);
  return { regular: [open(dejaVu('')), ...others], bold: [open(dejaVu('-Bold')), ...others] };
};
