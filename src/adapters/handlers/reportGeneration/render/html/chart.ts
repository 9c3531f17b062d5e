import { html } from '../../../html.js';
import type { Chart } from '../../document.js';
import type { Format } from '../format.js';

const [width, rowHeight, labelWidth, valueWidth] = [760, 30, 190, 130];

/** Bars as vectors, with the same numbers as text for those who do not see them. */
export const chartSvg = (chart: Chart, format: Format): string => {
  const room = width - labelWidth - valueWidth - 20;
  const most = Math.max(...chart.bars.map(({ value }) => Math.abs(value)));
  const bars = chart.bars.map(({ label, value }, i) => {
    const y = i * rowHeight;
    const length = Math.max(2, (Math.abs(value) / most) * room);
    const middle = y + rowHeight / 2;
    return `<text class="label" x="${labelWidth - 10}" y="${middle}" text-anchor="end">${html(shortened(label))}</text><rect class="${value < 0 ? 'less' : 'bar'}" x="${labelWidth}" y="${y + 6}" width="${length.toFixed(1)}" height="${rowHeight - 12}" rx="3"><title>${html(label)}: ${html(format(chart.kind, value))}</title></rect><text class="value" x="${(labelWidth + length + 8).toFixed(1)}" y="${middle}">${html(format(chart.kind, value))}</text>`;
  });
  const told = chart.bars.map(({ label, value }) => `${label}: ${format(chart.kind, value)}`).join('; ');
  return `<figure><figcaption>${html(chart.title)}</figcaption><svg viewBox="0 0 ${width} ${chart.bars.length * rowHeight}" role="img" aria-label="${html(`${chart.title}. ${told}`)}">${bars.join('')}</svg></figure>`;
};

const longest = 26;
const shortened = (label: string): string => {
  const characters = [...label];
  return characters.length <= longest ? label : `${characters.slice(0, longest - 1).join('')}…`;
};
