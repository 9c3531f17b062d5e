/** `name` is a dotted path such as `order.customer`. */
export type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'value'; readonly name: string }
  | { readonly type: 'if'; readonly name: string; readonly body: readonly Node[]; readonly otherwise: readonly Node[] }
  | { readonly type: 'each'; readonly name: string; readonly body: readonly Node[] };

/** What is wrong with a template, as the end of a sentence. */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';
}

const deepest = 10;
const longestTemplate = 200_000;
const path = /^(?:@index|@number|[A-Za-z_][\w-]{0,63}(?:\.[\w-]{1,64}){0,9})$/;

/** Everything between braces is a tag; `\{{` stands for two braces. */
const tag = /\\\{\{|\{\{([^{}]*)\}\}/g;

type Open = {
  readonly kind: 'if' | 'each' | null;
  readonly name: string;
  readonly nodes: Node[];
  /** Once `{{else}}` has come. */
  otherwise: Node[] | null;
};

/**
 * Reads `{{name}}`, `{{#if name}}…{{else}}…{{/if}}` and `{{#each name}}…{{/each}}`. It is a language of values: there are no
 * expressions, calls or includes. Throws `TemplateFault`.
 */
export const parseTemplate = (text: string): readonly Node[] => {
  if (text.length > longestTemplate) throw new TemplateFault(`must have at most ${longestTemplate} characters`);
  const root: Open = { kind: null, name: '', nodes: [], otherwise: null };
  const open: Open[] = [root];
  const innermost = (): Open => open.at(-1) ?? root;
  const add = (node: Node): void => void (innermost().otherwise ?? innermost().nodes).push(node);
  let from = 0;
  for (const match of text.matchAll(tag)) {
    if (match.index > from) add({ type: 'text', text: text.slice(from, match.index) });
    from = match.index + match[0].length;
    if (match[1] === undefined) add({ type: 'text', text: '{{' });
    else read(match[1].trim(), open, innermost(), add);
  }
  if (from < text.length) add({ type: 'text', text: text.slice(from) });
  const { kind, name } = innermost();
  if (kind) throw new TemplateFault(`has {{#${kind} ${name}}} without {{/${kind}}}`);
  return root.nodes;
};

const read = (content: string, open: Open[], innermost: Open, add: (node: Node) => void): void => {
  const [, kind, name] = /^#(if|each)\s+(\S+)$/.exec(content) ?? [];
  if ((kind === 'if' || kind === 'each') && name !== undefined) {
    if (open.length > deepest) throw new TemplateFault(`must be nested at most ${deepest} deep`);
    open.push({ kind, name: checkedName(name), nodes: [], otherwise: null });
    return;
  }
  if (content === 'else') {
    if (innermost.kind !== 'if' || innermost.otherwise) throw new TemplateFault('has {{else}} outside {{#if}}');
    innermost.otherwise = [];
    return;
  }
  if (content.startsWith('/')) {
    if (innermost.kind === null || content !== `/${innermost.kind}`)
      throw new TemplateFault(`has {{${shown(content)}}} without its beginning`);
    open.pop();
    add(closed(innermost));
    return;
  }
  add({ type: 'value', name: checkedName(content) });
};

const closed = ({ kind, name, nodes, otherwise }: Open): Node =>
  kind === 'each' ? { type: 'each', name, body: nodes } : { type: 'if', name, body: nodes, otherwise: otherwise ?? [] };

const checkedName = (name: string): string => {
  if (path.test(name)) return name;
  throw new TemplateFault(`has {{${shown(name)}}}: between the braces must be a name such as customer.name; write \\{{ for braces`);
};

const shown = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ').slice(0, 60);
