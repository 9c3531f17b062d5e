import type PDFDocument from 'pdfkit';
import type { Faces } from './fonts.js';
import { fittingLine } from './text.js';

type Doc = InstanceType<typeof PDFDocument>;

/** A4, landscape, in points. */
export const paper = { width: 841.89, height: 595.28, left: 40, right: 40, top: 38, bottom: 40 } as const;
export const innerWidth = paper.width - paper.left - paper.right;

export const colors = {
  strong: '#0f172a',
  ink: '#1f2937',
  quiet: '#667085',
  line: '#dfe4ea',
  soft: '#f5f7fa',
  accent: '#1e3a5f',
  bar: '#3b74b5',
  good: '#15803d',
  warn: '#b45309',
  bad: '#b91c1c',
} as const;
export type Color = keyof typeof colors;

export type TextStyle = { readonly size: number; readonly color: Color; readonly bold?: boolean; readonly align?: 'left' | 'right' };

/** One page: vectors as they are drawn, texts above them when it ends. */
export class Page {
  #texts = '';

  constructor(
    private readonly doc: Doc,
    private readonly faces: Faces,
  ) {
    doc.addPage({ size: [paper.width, paper.height], margin: 0 });
  }

  /** From the upper left corner, in points; `y` is the base line. Too long a text ends in an ellipsis. Returns its width. */
  text(text: string, x: number, y: number, width: number, { size, color, bold = false, align = 'left' }: TextStyle): number {
    const line = fittingLine(text, bold ? this.faces.bold : this.faces.regular, (width / size) * 1_000);
    const length = (line.width * size) / 1_000;
    const from = align === 'right' ? x + width - length : x;
    this.#texts += `BT ${fill(colors[color])} 1 0 0 1 ${point(from)} ${point(paper.height - y)} Tm`;
    for (const { face, operands } of line.parts) {
      face.useOnPage();
      this.#texts += ` /${face.id} ${size} Tf [${operands}] TJ`;
    }
    this.#texts += ' ET\n';
    return length;
  }

  box(x: number, y: number, width: number, height: number, color: Color, radius = 0): void {
    if (radius > 0) this.doc.roundedRect(x, y, width, height, radius).fill(colors[color]);
    else this.doc.rect(x, y, width, height).fill(colors[color]);
  }

  dot(x: number, y: number, radius: number, color: Color): void {
    this.doc.circle(x, y, radius).fill(colors[color]);
  }

  end(): void {
    // pdfkit counts from above; texts would stand on their heads.
    this.doc.save();
    this.doc.transform(1, 0, 0, -1, 0, paper.height);
    this.doc.addContent(this.#texts);
    this.doc.restore();
  }
}

const point = (value: number): string => String(Math.round(value * 100) / 100);
const fills = new Map<string, string>();
const fill = (hex: string): string => {
  let operator = fills.get(hex);
  if (operator === undefined) {
    const [r, g, b] = [1, 3, 5].map((at) => (Number.parseInt(hex.slice(at, at + 2), 16) / 255).toFixed(3));
    operator = `${r} ${g} ${b} rg`;
    fills.set(hex, operator);
  }
  return operator;
};
