import { html } from '../../../html.js';
import { type Cell, type Column, type Content, isNumeric, type Row, toneOf } from '../../document.js';
import { createFormat, type Format } from '../format.js';
import { chartSvg } from './chart.js';
import { style } from './style.js';

const policy = "default-src 'none'; style-src 'unsafe-inline'";

/** One page that needs nothing else: no script, no request. Every value is text. */
export async function* renderHtml({ heading, columns, summary, rowCount, rows }: Content): AsyncGenerator<Uint8Array> {
  const format = createFormat(heading);
  const generated = new Date(heading.generatedAt).toISOString();
  yield encode(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="generator" content="nexus-scheduler">
<title>${html(`${heading.title} – ${heading.organization}`)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header>
<p class="organization" dir="auto">${html(heading.organization)}</p>
<h1 dir="auto">${html(heading.title)}</h1>
<p class="meta">${html(heading.scope)}</p>
<p class="meta">Generated <time datetime="${generated}">${html(format('instant', heading.generatedAt))}</time> (${html(heading.timeZone)})</p>
</header>
<dl class="figures">
${summary.figures.map(({ label, kind, value }) => `<div><dt>${html(label)}</dt><dd>${html(format(kind, value))}</dd></div>`).join('\n')}
</dl>
${summary.chart ? chartSvg(summary.chart, format) : ''}
`,
  );
  if (rowCount === 0) yield encode('<p class="empty">Nothing to report.</p>\n');
  else {
    yield encode(
      `<div class="scroll" role="region" aria-labelledby="rows" tabindex="0">
<table>
<caption id="rows">${html(format('quantity', rowCount))} ${rowCount === 1 ? 'row' : 'rows'}</caption>
<thead><tr>${columns.map(({ title, kind }) => `<th scope="col"${isNumeric(kind) ? ' class="n"' : ''}>${html(title)}</th>`).join('')}</tr></thead>
<tbody>
`,
    );
    for await (const batch of rows) yield encode(batch.map((row) => rowHtml(row, columns, format)).join(''));
    yield encode(`</tbody>\n${totalsHtml(summary.totals, columns, format)}</table>\n</div>\n`);
  }
  yield encode('</main>\n</body>\n</html>\n');
}

const rowHtml = (row: Row, columns: readonly Column[], format: Format): string => {
  let cells = '';
  for (const [i, value] of row.entries()) {
    const kind = columns[i]?.kind ?? 'text';
    const text = html(format(kind, value));
    if (i === 0) cells += `<th scope="row" dir="auto">${text}</th>`;
    else if (isNumeric(kind)) cells += `<td class="n">${text}</td>`;
    else if (kind === 'status') cells += `<td class="s ${toneOf(String(value))}">${text}</td>`;
    else if (kind === 'instant') cells += `<td class="t">${text}</td>`;
    else cells += `<td dir="auto">${text}</td>`;
  }
  return `<tr>${cells}</tr>\n`;
};

const totalsHtml = (totals: Row, columns: readonly Column[], format: Format): string => {
  if (totals.every((value) => value === null)) return '';
  const text = (value: Cell, i: number): string => (value === null ? '' : html(format(columns[i]?.kind ?? 'text', value)));
  const cells = totals.map((value, i) => (i === 0 ? '<th scope="row">Total</th>' : `<td class="n">${text(value, i)}</td>`));
  return `<tfoot><tr>${cells.join('')}</tr></tfoot>\n`;
};

const encode = (text: string): Uint8Array => Buffer.from(text);
