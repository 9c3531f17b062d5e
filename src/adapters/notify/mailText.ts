import type { Notice, NoticeMessage } from '../../application/ports/notifier.js';
import type { Links } from './links.js';
import { advice, details, headline, summary } from './words.js';

/** The same in plain text and in html. */
export const mailText = (message: NoticeMessage, links: Links): { readonly text: string; readonly html: string } => {
  const { notices, total } = message;
  const more = total - notices.length;
  const lead = total > 1 ? `${summary(message)}${more > 0 ? `; the first ${notices.length} of them are below` : ''}.` : null;
  return {
    text: [...(lead === null ? [] : [lead, '']), ...notices.flatMap((notice) => plain(notice, links))].join('\n'),
    html: `<!doctype html>\n<html><body style="font-family: sans-serif; font-size: 14px; line-height: 1.45; color: #1f2328">\n${
      lead === null ? '' : `<p>${escaped(lead)}</p>\n`
    }${notices.map((notice) => rich(notice, links)).join('\n')}\n</body></html>\n`,
  };
};

const plain = (notice: Notice, links: Links): readonly string[] => {
  const { url, command } = links.of(notice);
  const rows = details(notice);
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  return [
    headline(notice),
    '',
    ...rows.map(([name, value]) => `  ${`${name}:`.padEnd(width)}${value.replaceAll(/\r?\n/g, `\n${' '.repeat(width + 2)}`)}`),
    '',
    advice(notice),
    url === null ? `To see more: ${command}` : url,
    '',
  ];
};

const rich = (notice: Notice, links: Links): string => {
  const { url, command } = links.of(notice);
  const colour = notice.kind === 'recovered' ? '#1a7f37' : '#cf222e';
  const rows = details(notice)
    .map(
      ([name, value]) =>
        `<tr><td style="padding: 2px 16px 2px 0; color: #59636e; vertical-align: top">${escaped(name)}</td><td style="padding: 2px 0; white-space: pre-wrap">${escaped(value)}</td></tr>`,
    )
    .join('\n');
  return `<h3 style="margin: 20px 0 8px; color: ${colour}">${escaped(headline(notice))}</h3>
<table style="border-collapse: collapse; font-size: 14px">\n${rows}\n</table>
<p>${escaped(advice(notice))}<br>${url === null ? `To see more: <code>${escaped(command)}</code>` : `<a href="${escaped(url)}">${escaped(url)}</a>`}</p>`;
};

const entities: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
