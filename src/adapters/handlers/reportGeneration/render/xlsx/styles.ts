import type { Kind } from '../../document.js';
import { declaration, xmlText } from './xml.js';

/** Names of cell styles, in the order of their numbers. */
const order = [
  'text',
  'head',
  'headRight',
  'title',
  'quiet',
  'whole',
  'fraction',
  'money',
  'share',
  'instant',
  'duration',
  'totalText',
  'totalWhole',
  'totalFraction',
  'totalMoney',
  'totalShare',
  'good',
  'warn',
  'bad',
  'label',
] as const;
export type Style = (typeof order)[number];
export const styleNumber = (style: Style): number => order.indexOf(style);

export const styleOf = (kind: Kind, value: number): Style => {
  switch (kind) {
    case 'money':
    case 'share':
    case 'instant':
    case 'duration':
      return kind;
    default:
      return Number.isInteger(value) ? 'whole' : 'fraction';
  }
};

export const totalStyleOf = (kind: Kind, value: number): Style => {
  if (kind === 'money') return 'totalMoney';
  if (kind === 'share') return 'totalShare';
  return Number.isInteger(value) ? 'totalWhole' : 'totalFraction';
};

const formats = { whole: 3, share: 10, fraction: 164, money: 165, instant: 166, duration: 167 } as const;
const [plain, bold, white, large, grey, green, amber, red] = [0, 1, 2, 3, 4, 5, 6, 7];
const [none, headFill, totalFill] = [0, 2, 3];

const look: { readonly [style in Style]: readonly [font: number, fill: number, format: number, align?: string] } = {
  text: [plain, none, 0, 'left'],
  head: [white, headFill, 0, 'left'],
  headRight: [white, headFill, 0, 'right'],
  title: [large, none, 0],
  quiet: [grey, none, 0],
  whole: [plain, none, formats.whole],
  fraction: [plain, none, formats.fraction],
  money: [plain, none, formats.money],
  share: [plain, none, formats.share],
  instant: [plain, none, formats.instant, 'left'],
  duration: [plain, none, formats.duration],
  totalText: [bold, totalFill, 0, 'left'],
  totalWhole: [bold, totalFill, formats.whole],
  totalFraction: [bold, totalFill, formats.fraction],
  totalMoney: [bold, totalFill, formats.money],
  totalShare: [bold, totalFill, formats.share],
  good: [green, none, 0, 'left'],
  warn: [amber, none, 0, 'left'],
  bad: [red, none, 0, 'left'],
  label: [bold, none, 0],
};

export const stylesXml = (currency: string | null): string => {
  const money = xmlText(currency ? `#,##0.00 "${currency}"` : '#,##0.00');
  const font = (color: string, more = '', size = 10): string =>
    `<font>${more}<sz val="${size}"/><color rgb="FF${color}"/><name val="Calibri"/><family val="2"/></font>`;
  const fill = (color: string): string =>
    `<fill><patternFill patternType="solid"><fgColor rgb="FF${color}"/><bgColor indexed="64"/></patternFill></fill>`;
  const cells = order.map((style) => {
    const [fontId, fillId, format, align] = look[style];
    const alignment =
      align === undefined ? '' : `<alignment horizontal="${align}" vertical="center"${align === 'left' ? ' indent="1"' : ''}/>`;
    const applies = `applyFont="1" applyFill="1" applyNumberFormat="1"${align === undefined ? '' : ' applyAlignment="1"'}`;
    return `<xf numFmtId="${format}" fontId="${fontId}" fillId="${fillId}" borderId="0" xfId="0" ${applies}>${alignment}</xf>`;
  });
  return `${declaration}<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="4"><numFmt numFmtId="164" formatCode="#,##0.0##"/><numFmt numFmtId="165" formatCode="${money}"/><numFmt numFmtId="166" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="167" formatCode="#,##0.0&quot; s&quot;"/></numFmts><fonts count="8">${font('1F2937')}${font('1F2937', '<b/>')}${font('FFFFFF', '<b/>')}${font('0F172A', '<b/>', 16)}${font('6B7280')}${font('15803D')}${font('B45309', '<b/>')}${font('B91C1C', '<b/>')}</fonts><fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>${fill('1E3A5F')}${fill('E8EEF5')}</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${cells.length}">${cells.join('')}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
};
