import { DateTime } from 'luxon';
import { type Cell, type Column, type Content, isNumeric, type Row, toneOf } from '../../document.js';
import { createFormat } from '../format.js';
import { type Style, styleNumber, styleOf, stylesXml, totalStyleOf } from './styles.js';
import { declaration, xmlText } from './xml.js';
import { type Entry, zip } from './zip.js';

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
/** What a sheet takes, with the row of headings and that of totals. */
const maxRows = 1_048_576 - 2;

/** Two sheets: what the rows come to, and the rows. Texts are typed as texts, so that none is ever computed. */
export async function* renderXlsx(content: Content): AsyncGenerator<Uint8Array> {
  if (content.rowCount > maxRows) throw new RangeError(`a spreadsheet takes at most ${maxRows} rows; choose csv`);
  const { heading } = content;
  const entries: readonly Entry[] = [
    { name: '[Content_Types].xml', content: [encode(contentTypes)] },
    { name: '_rels/.rels', content: [encode(packageRelations)] },
    { name: 'docProps/core.xml', content: [encode(properties(heading.title, heading.generatedAt))] },
    { name: 'xl/workbook.xml', content: [encode(workbook)] },
    { name: 'xl/_rels/workbook.xml.rels', content: [encode(workbookRelations)] },
    { name: 'xl/styles.xml', content: [encode(stylesXml(heading.currency))] },
    { name: 'xl/worksheets/sheet1.xml', content: [encode(summarySheet(content))] },
    { name: 'xl/worksheets/sheet2.xml', content: rowsSheet(content) },
  ];
  yield* zip(entries);
}

const summarySheet = ({ heading, summary, rowCount }: Content): string => {
  const format = createFormat(heading);
  const generated = `${format('instant', heading.generatedAt)} (${heading.timeZone})`;
  const lines: (readonly (readonly [value: Cell, style: Style])[])[] = [
    [[heading.title, 'title']],
    [[heading.organization, 'quiet']],
    [[heading.scope, 'quiet']],
    [[`Generated ${generated}, ${format('quantity', rowCount)} rows`, 'quiet']],
    [],
    ...summary.figures.map(({ label, kind, value }) => [
      [label, 'label'] as const,
      [value, value === null ? 'text' : styleOf(kind, value)] as const,
    ]),
  ];
  const { chart } = summary;
  if (chart) {
    lines.push(
      [],
      [
        [chart.title, 'head'],
        ['', 'headRight'],
      ],
    );
    lines.push(...chart.bars.map(({ label, value }) => [[label, 'text'] as const, [value, styleOf(chart.kind, value)] as const]));
  }
  const data = lines.map(
    (cells, r) => `<row r="${r + 1}">${cells.map(([value, style], c) => cell(c, r + 1, value, style)).join('')}</row>`,
  );
  return `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView showGridLines="0" workbookViewId="0" tabSelected="1"/></sheetViews><cols><col min="1" max="1" width="34" customWidth="1"/><col min="2" max="2" width="20" customWidth="1"/></cols><sheetData>${data.join('')}</sheetData></worksheet>`;
};

async function* rowsSheet({ columns, rows, rowCount, summary, heading }: Content): AsyncGenerator<Uint8Array> {
  const last = letters(columns.length - 1);
  const widths = columns.map(
    ({ weight, title }, i) => `<col min="${i + 1}" max="${i + 1}" width="${Math.max(weight * 1.15, title.length + 4)}" customWidth="1"/>`,
  );
  const titles = columns.map(({ title, kind }, c) => cell(c, 1, title, isNumeric(kind) ? 'headRight' : 'head'));
  yield encode(
    `${declaration}<worksheet xmlns="${main}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData><row r="1" ht="20" customHeight="1">${titles.join('')}</row>`,
  );
  const serial = serialIn(heading.timeZone);
  let r = 1;
  for await (const batch of rows) {
    let text = '';
    for (const row of batch) text += rowXml(row, ++r, columns, serial);
    yield encode(text);
  }
  if (rowCount > 0) yield encode(totalsXml(summary.totals, r, columns));
  yield encode(
    `</sheetData><autoFilter ref="A1:${last}${r}"/><pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/><pageSetup orientation="landscape" paperSize="9" fitToHeight="0"/><headerFooter><oddFooter>&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter></worksheet>`,
  );
}

const rowXml = (row: Row, r: number, columns: readonly Column[], serial: (at: number) => number): string => {
  let cells = '';
  for (const [c, value] of row.entries()) {
    const kind = columns[c]?.kind ?? 'text';
    if (value === null) continue;
    if (typeof value === 'string') cells += cell(c, r, value, kind === 'status' ? statusStyle(value) : 'text');
    else if (kind === 'instant') cells += cell(c, r, serial(value), 'instant');
    else cells += cell(c, r, kind === 'duration' ? value / 1_000 : value, styleOf(kind, value));
  }
  return `<row r="${r}">${cells}</row>`;
};

/** Sums are formulas, so that they follow whoever edits the rows; with their value, for whoever only reads. */
const totalsXml = (totals: Row, lastRow: number, columns: readonly Column[]): string => {
  const r = lastRow + 1;
  const cells = totals.map((value, c) => {
    const kind = columns[c]?.kind ?? 'text';
    if (typeof value !== 'number') return cell(c, r, c === 0 ? 'Total' : '', 'totalText');
    const style = styleNumber(totalStyleOf(kind, value));
    const formula = kind === 'share' ? '' : `<f>SUM(${letters(c)}2:${letters(c)}${lastRow})</f>`;
    return `<c r="${letters(c)}${r}" s="${style}">${formula}<v>${value}</v></c>`;
  });
  return `<row r="${r}">${cells.join('')}</row>`;
};

const statusStyle = (status: string): Style => {
  const tone = toneOf(status);
  return tone === 'quiet' ? 'text' : tone;
};

const cell = (c: number, r: number, value: Cell, style: Style): string => {
  const place = `r="${letters(c)}${r}" s="${styleNumber(style)}"`;
  if (value === null) return `<c ${place}/>`;
  if (typeof value === 'number') return `<c ${place}><v>${value}</v></c>`;
  return `<c ${place} t="inlineStr"><is><t xml:space="preserve">${xmlText(value)}</t></is></c>`;
};

const letters = (c: number): string => (c < 26 ? '' : letters(Math.floor(c / 26) - 1)) + String.fromCharCode(65 + (c % 26));

/** Days since the end of 1899 on the wall clock of a time zone. */
const serialIn =
  (zone: string) =>
  (at: number): number =>
    Math.round(((at + DateTime.fromMillis(at, { zone }).offset * 60_000) / 86_400_000 + 25_569) * 1e8) / 1e8;

const encode = (text: string): Uint8Array => Buffer.from(text);

const properties = (title: string, at: number): string =>
  `${declaration}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${xmlText(title)}</dc:title><dc:creator>nexus-scheduler</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">${new Date(at).toISOString()}</dcterms:created></cp:coreProperties>`;

const contentTypes = `${declaration}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`;
const packageRelations = `${declaration}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`;
const workbook = `${declaration}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets><sheet name="Summary" sheetId="1" r:id="rId1"/><sheet name="Rows" sheetId="2" r:id="rId2"/></sheets><definedNames><definedName name="_xlnm.Print_Titles" localSheetId="1">Rows!$1:$1</definedName></definedNames></workbook>`;
const workbookRelations = `${declaration}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${relations}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="${relations}/styles" Target="styles.xml"/></Relationships>`;
