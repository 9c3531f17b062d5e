import { html, inert } from '../html.js';
import type { Change } from './alerts.js';
import { byLocation, costOf, type LowItem } from './lowItems.js';

/** More would not be read in a mail; all of them are in the file beside it. */
const mostShown = 200;
const longestName = 60;

type Texts = { readonly subject: string; readonly text: string; readonly html: string };

export const mailTexts = (jobName: string, low: readonly LowItem[], { newlyLow, recovered }: Change): Texts => {
  const isNew = new Set(newlyLow.map(({ sku }) => sku));
  const shown = low.slice(0, mostShown);
  const intro = `${items(low.length)} ${low.length === 1 ? 'is' : 'are'} low, ${newlyLow.length} of them since the last alert.`;
  const cost = `To order all of it costs about ${number(costOf(low))}, as far as costs are known.`;
  const more = low.length > shown.length ? [`${items(low.length - shown.length)} more are in the file low-stock.csv.`] : [];
  const back =
    recovered.length > 0 ? [`In stock again: ${recovered.slice(0, 20).join(', ')}${recovered.length > 20 ? ' and others' : ''}.`] : [];
  const closing = [cost, ...more, ...back, `Sent by the job ${jobName}.`];
  return {
    subject: `Low stock: ${items(low.length)}${newlyLow.length > 0 && newlyLow.length < low.length ? `, ${newlyLow.length} new` : ''}`,
    text: [intro, '', ...byLocation(shown).flatMap((group) => textOf(group, isNew)), ...closing, ''].join('\n'),
    html: [
      '<!doctype html><html><body style="font-family:sans-serif;font-size:14px">',
      `<p>${html(intro)}</p>`,
      ...byLocation(shown).map((group) => htmlOf(group, isNew)),
      ...closing.map((text) => `<p>${html(text)}</p>`),
      '</body></html>',
    ].join('\n'),
  };
};

type Group = readonly [location: string | null, items: readonly LowItem[]];

const items = (count: number): string => (count === 1 ? '1 item' : `${number(count)} items`);
const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 });
const place = (location: string | null): string => (location === null ? 'Without location' : line(location));
/** One line, whatever a product is called. */
const line = (text: string): string => inert(text.replaceAll(/[\p{Zl}\p{Zp}\s]+/gu, ' '));
const short = (name: string): string => line(name.length > longestName ? `${name.slice(0, longestName - 3)}...` : name);

const textOf = ([location, low]: Group, isNew: ReadonlySet<string>): readonly string[] => [
  place(location),
  ...low.map(
    ({ sku, name, quantity, limit, order }) =>
      `  ${isNew.has(sku) ? '* ' : '  '}${sku}  ${short(name)}: ${number(quantity)} left (limit ${number(limit)}), order ${number(order)}`,
  ),
  '',
];

const cell = 'style="padding:2px 12px 2px 0;text-align:';
const htmlOf = ([location, low]: Group, isNew: ReadonlySet<string>): string => {
  const head = ['SKU', 'Product', 'Left', 'Limit', 'Order', 'Cost'].map(
    (title, index) => `<th ${cell}${index < 2 ? 'left' : 'right'}">${title}</th>`,
  );
  const rows = low.map(({ sku, name, quantity, limit, order, cost }) => {
    const texts = [`${sku}${isNew.has(sku) ? ' (new)' : ''}`, short(name)].map((text) => `<td ${cell}left">${html(text)}</td>`);
    const numbers = [quantity, limit, order, cost].map((value) => `<td ${cell}right">${value === null ? '' : number(value)}</td>`);
    return `<tr>${[...texts, ...numbers].join('')}</tr>`;
  });
  return `<h3>${html(place(location))}</h3><table><tr>${head.join('')}</tr>${rows.join('')}</table>`;
};
