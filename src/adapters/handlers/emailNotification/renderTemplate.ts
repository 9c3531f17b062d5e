import type { Json } from '../../../domain/json.js';
import { escaped } from '../html.js';
import { type Node, parseTemplate, TemplateFault } from './parseTemplate.js';

const longestResult = 2_000_000;
const mostSteps = 200_000;

/** Data by name; the innermost list item first. */
type Scope = { readonly value: Json; readonly index?: number; readonly outer?: Scope };
type Write = (text: string) => string;

export const asText: Write = (text) => text;

export const asHtml: Write = escaped;

/**
 * Fills a template with data; `write` makes every value fit for where it goes. A name that the data does not have is a fault that
 * names it, but for `{{#if}}`, where it counts as false. Only properties of the data itself are seen. Throws `TemplateFault`.
 */
export const renderTemplate = (template: string, data: Json, write: Write): string => {
  const parts: string[] = [];
  let length = 0;
  let steps = 0;
  const put = (text: string): void => {
    length += text.length;
    if (length > longestResult) throw new TemplateFault(`becomes longer than ${longestResult} characters`);
    parts.push(text);
  };
  const each = (nodes: readonly Node[], scope: Scope): void => {
    for (const node of nodes) {
      if (++steps > mostSteps) throw new TemplateFault('has more to repeat than is reasonable');
      switch (node.type) {
        case 'text':
          put(node.text);
          break;
        case 'value':
          put(write(textOf(node.name, found(node.name, scope))));
          break;
        case 'if':
          each(isTrue(lookUp(node.name, scope)) ? node.body : node.otherwise, scope);
          break;
        case 'each':
          for (const [index, value] of listOf(node.name, found(node.name, scope)).entries())
            each(node.body, { value, index, outer: scope });
          break;
      }
    }
  };
  each(parseTemplate(template), { value: data });
  return parts.join('');
};

const found = (name: string, scope: Scope): Json => {
  const value = lookUp(name, scope);
  if (value === undefined) throw new TemplateFault(`names ${name}, which data does not have`);
  return value;
};

const lookUp = (name: string, scope: Scope): Json | undefined => {
  if (name === '@index' || name === '@number') {
    const index = indexOf(scope);
    return index === undefined ? undefined : index + (name === '@number' ? 1 : 0);
  }
  const [first = '', ...rest] = name.split('.');
  return rest.reduce<Json | undefined>(own, first === 'this' ? scope.value : nearest(first, scope));
};

const indexOf = ({ index, outer }: Scope): number | undefined => index ?? (outer && indexOf(outer));

const nearest = (name: string, { value, outer }: Scope): Json | undefined => {
  const here = own(value, name);
  return here === undefined && outer ? nearest(name, outer) : here;
};

/** Never what an object or a list inherits. */
const own = (value: Json | undefined, name: string): Json | undefined =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) && !(Array.isArray(value) && name === 'length')
    ? (value as { readonly [key: string]: Json })[name]
    : undefined;

const isTrue = (value: Json | undefined): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));

const listOf = (name: string, value: Json): readonly Json[] => {
  if (Array.isArray(value)) return value as readonly Json[];
  throw new TemplateFault(`repeats ${name}, which is not a list`);
};

const textOf = (name: string, value: Json): string => {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value);
  throw new TemplateFault(`names ${name}, which is not a text or number`);
};
