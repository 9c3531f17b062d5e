import PDFDocument from 'pdfkit';
import type { Content, Row } from '../../document.js';
import { createFormat } from '../format.js';
import { openFaces } from './fonts.js';
import { drawOpening } from './opening.js';
import { innerWidth, Page, paper } from './page.js';
import { headHeight, rowHeight, Table } from './table.js';

const lowest = paper.height - paper.bottom;
const tableTop = paper.top + 4;
/** A table that could only begin with a few rows begins on the next page. */
const fewRows = 3;

/** Page by page: what is drawn is given away before the next is begun. */
export async function* renderPdf(content: Content): AsyncGenerator<Uint8Array> {
  const { heading, columns, summary, rowCount, rows } = content;
  const format = createFormat(heading);
  const doc = new PDFDocument({
    autoFirstPage: false,
    pdfVersion: '1.7',
    lang: 'en',
    displayTitle: true,
    fontLayoutCache: false,
    info: { Title: heading.title, Author: heading.organization, Creator: 'nexus-scheduler', CreationDate: new Date(heading.generatedAt) },
  });
  function* drawn(): Generator<Uint8Array> {
    for (let chunk = doc.read(); chunk !== null; chunk = doc.read()) yield chunk;
  }
  const faces = openFaces(doc, content.fonts);
  const table = new Table(columns, format);
  const hasTotals = summary.totals.some((value) => value !== null);

  let page = new Page(doc, faces);
  let number = 1;
  let y = drawOpening(page, content, format) + 14;
  const pages = pageCount(y, rowCount, hasTotals);
  const finish = (): void => {
    drawFoot(page, `${heading.title} – ${heading.organization}`, `Page ${format('quantity', number)} of ${format('quantity', pages)}`);
    page.end();
  };
  const next = (): void => {
    finish();
    page = new Page(doc, faces);
    number++;
    y = tableTop;
    table.drawHead(page, y);
    y += headHeight;
  };

  if (rowCount === 0) page.text('Nothing to report.', paper.left, y + 16, innerWidth, { size: 11, color: 'quiet' });
  else if (room(y + headHeight) < fewRows) next();
  else {
    table.drawHead(page, y);
    y += headHeight;
  }
  let index = 0;
  for await (const batch of rows as AsyncIterable<readonly Row[]>) {
    for (const row of batch) {
      if (room(y) < 1) next();
      table.drawRow(page, row, y, index++ % 2 === 1);
      y += rowHeight;
    }
    yield* drawn();
  }
  if (rowCount > 0 && hasTotals) {
    if (room(y) < 1) next();
    table.drawTotals(page, summary.totals, y);
  }
  finish();
  doc.end();
  for await (const chunk of doc) yield chunk;
}

/** How many rows there is room for below a place. */
const room = (y: number): number => Math.floor((lowest - y) / rowHeight + 1e-9);

/** As the drawing will have it: every row is as high as the other. */
const pageCount = (top: number, rowCount: number, hasTotals: boolean): number => {
  if (rowCount === 0) return 1;
  const lines = rowCount + (hasTotals ? 1 : 0);
  const first = room(top + headHeight) < fewRows ? 0 : room(top + headHeight);
  return 1 + Math.ceil(Math.max(0, lines - first) / room(tableTop + headHeight));
};

const drawFoot = (page: Page, left: string, right: string): void => {
  const y = paper.height - 20;
  page.text(left, paper.left, y, innerWidth * 0.7, { size: 8, color: 'quiet' });
  page.text(right, paper.left + innerWidth * 0.7, y, innerWidth * 0.3, { size: 8, color: 'quiet', align: 'right' });
};
