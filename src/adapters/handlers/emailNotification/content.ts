import type { Json } from '../../../domain/json.js';
import { asHtml, asText, renderTemplate } from './renderTemplate.js';

export type Texts = {
  readonly subject: string;
  readonly template?: string | undefined;
  readonly text?: string | undefined;
  readonly html?: string | undefined;
};

/** The parts of a mail, filled with data. A `template` becomes both of them. Throws `TemplateFault`, naming the part. */
export const contentOf = (texts: Texts, data: Json): { readonly subject: string; readonly text?: string; readonly html?: string } => {
  const { subject, template, text = template, html } = texts;
  const htmlPart =
    html !== undefined ? renderTemplate(html, data, asHtml) : template !== undefined ? paragraphs(template, data) : undefined;
  return {
    subject: renderTemplate(subject, data, asText),
    ...(text !== undefined && { text: renderTemplate(text, data, asText) }),
    ...(htmlPart !== undefined && { html: htmlPart }),
  };
};

/** Plain text as a page: blank lines part paragraphs. What looks like a tag in the template is text as well. */
const paragraphs = (template: string, data: Json): string => {
  const text = renderTemplate(template, data, asText);
  const body = asHtml(text.trim())
    .split(/\r?\n[ \t]*\r?\n\s*/)
    .map((paragraph) => `<p>${paragraph.replaceAll(/\r?\n/g, '<br>\n')}</p>`)
    .join('\n');
  return `<!doctype html>\n<html><body style="font-family: sans-serif">\n${body}\n</body></html>\n`;
};
