import type { Content } from '../../document.js';
import type { Format } from '../format.js';
import { innerWidth, type Page, paper } from './page.js';

const gap = 10;
const cardHeight = 46;
const barHeight = 15;

/** The upper part of the first page: what this is, what it comes to, and how that is spread. Returns where it ends. */
export const drawOpening = (page: Page, { heading, summary }: Content, format: Format): number => {
  const { left } = paper;
  page.box(left, paper.top, innerWidth, 4, 'accent');
  let y = paper.top + 26;
  page.text(heading.organization, left, y, innerWidth / 2, { size: 10, color: 'accent', bold: true });
  const generated = `Generated ${format('instant', heading.generatedAt)} (${heading.timeZone})`;
  page.text(generated, left + innerWidth / 2, y, innerWidth / 2, { size: 9, color: 'quiet', align: 'right' });
  y += 26;
  page.text(heading.title, left, y, innerWidth, { size: 23, color: 'strong', bold: true });
  y += 17;
  page.text(heading.scope, left, y, innerWidth, { size: 10, color: 'quiet' });
  y = drawFigures(page, summary, format, y + 16);
  return drawChart(page, summary, format, y + 18);
};

const drawFigures = (page: Page, { figures }: Content['summary'], format: Format, y: number): number => {
  const width = (innerWidth - gap * (figures.length - 1)) / figures.length;
  for (const [i, { label, kind, value }] of figures.entries()) {
    const x = paper.left + i * (width + gap);
    page.box(x, y, width, cardHeight, 'soft', 5);
    page.text(label, x + 11, y + 16, width - 22, { size: 8.5, color: 'quiet' });
    page.text(format(kind, value), x + 11, y + 36, width - 22, { size: 15, color: 'strong', bold: true });
  }
  return y + cardHeight;
};

const drawChart = (page: Page, { chart }: Content['summary'], format: Format, top: number): number => {
  if (!chart) return top;
  const { left } = paper;
  const [labelWidth, valueWidth] = [150, 110];
  const room = innerWidth - labelWidth - valueWidth;
  const most = Math.max(...chart.bars.map(({ value }) => Math.abs(value)));
  page.text(chart.title, left, top + 9, innerWidth, { size: 11, color: 'strong', bold: true });
  let y = top + 20;
  for (const { label, value } of chart.bars) {
    const length = Math.max(1.5, (Math.abs(value) / most) * room);
    page.text(label, left, y + 10, labelWidth - 10, { size: 8.5, color: 'ink', align: 'right' });
    page.box(left + labelWidth, y + 2.5, length, barHeight - 5, value < 0 ? 'bad' : 'bar', 2);
    page.text(format(chart.kind, value), left + labelWidth + length + 6, y + 10, valueWidth, { size: 8.5, color: 'quiet' });
    y += barHeight;
  }
  return y;
};
