type Fields = { readonly [name: string]: unknown };

const redacted = '[redacted]';
const maxDepth = 8;
/** Fields and list entries of one line, all levels together: an error may carry half the heap. */
const maxEntries = 500;
const maxListed = 100;

/** Names of fields whose values are nobody's business, wherever in the name it stands: `smtpPassword`, `api_key`, `X-Auth-Token`. */
const secretName = /passw(or)?d|passphrase|pwd|secret|token|api[-_]?key|private[-_]?key|authorization|credential|cookie/i;
/** `scheme://user:password@host`: who connects may be read, with what may not. */
const credentials = /([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s/?#]*@/gi;
/** Line breaks that JSON leaves as they are, and controls that a terminal would obey. */
const breaking = /[\u007f-\u009f\u2028\u2029]/g;

/** A string as a log may show it. */
export const loggableText = (text: string): string =>
  text.replace(credentials, `$1:${redacted}@`).replace(breaking, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Fields as a log may show them: without secrets, errors as plain objects, bounded. Never throws. */
export const loggableFields = (fields: Fields): Fields => {
  try {
    return new Line().fields(fields, 0);
  } catch {
    return { fields: '[cannot be shown]' };
  }
};

class Line {
  #left = maxEntries;
  /** What is being shown; an object inside itself is not shown again. */
  readonly #around = new Set<object>();

  fields(value: object, depth: number): Fields {
    const entries = Object.entries(value).slice(0, this.#left);
    this.#left -= entries.length;
    return Object.fromEntries(
      entries.map(([name, part]) => [loggableText(name), isSecret(name, part) ? redacted : this.#value(part, depth + 1)]),
    );
  }

  #value(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return loggableText(value);
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    if (value instanceof URL) return loggableText(value.href);
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (this.#around.has(value)) return '[itself]';
    if (depth >= maxDepth || this.#left <= 0) return '[more]';
    this.#around.add(value);
    const parts = this.#parts(value, depth);
    this.#around.delete(value);
    return parts;
  }

  #parts(value: object, depth: number): unknown {
    if (value instanceof Error) return this.#error(value, depth);
    return Array.isArray(value) ? this.#list(value, depth) : this.fields(value, depth);
  }

  #list(list: readonly unknown[], depth: number): readonly unknown[] {
    const parts = list.slice(0, Math.min(this.#left, maxListed));
    this.#left -= parts.length;
    return parts.map((part) => this.#value(part, depth + 1));
  }

  #error({ name, message, stack, cause, ...details }: Error, depth: number): Fields {
    return this.fields({ type: name, message, ...details, stack, ...(cause !== undefined && { cause }) }, depth);
  }
}

/** Numbers under such a name say how many or which, and are harmless. */
const isSecret = (name: string, value: unknown): boolean => typeof value !== 'number' && secretName.test(name);
