import { NonRetryableError } from '../../../application/api/handlerErrors.js';
import { longestRecord } from './rows.js';

/** The text of one item, and on which line it begins. */
export type Item = { readonly line: number; readonly text: string };

type Value = { text: string; readonly line: number; depth: number; inText: boolean; escaped: boolean };
type Place = 'start' | 'items' | 'members' | 'key' | 'colon' | 'value' | 'end';

/**
 * Cuts a JSON array into its items as text comes in, holding one at a time. The array may be the whole, or the member `items` of an
 * object, whose other members are kept as they are.
 */
export class JsonItems {
  /** Text of the members beside the items. */
  readonly members = new Map<string, string>();
  readonly #itemsKey: string;
  #place: Place = 'start';
  #wrapped = false;
  #found = false;
  #key = '';
  #line = 1;
  /** The value that is being read, begun on a line; null between values. */
  #value: Value | null = null;

  constructor(itemsKey: string) {
    this.#itemsKey = itemsKey;
  }

  /** The items that end within this text. */
  *push(chunk: string): Generator<Item> {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const character = chunk[at] ?? '';
      if (character === '\n') this.#line++;
      const value = this.#value;
      if (value) {
        const end = this.#ends(value, character);
        if (end === 'no') continue;
        const whole = value.text + chunk.slice(from, end === 'after' ? at + 1 : at);
        this.#value = null;
        if (this.#place === 'items') yield { line: value.line, text: whole };
        else this.#keepMember(whole);
        if (end === 'after') continue;
      }
      if (this.#step(character)) from = at;
    }
    if (!this.#value) return;
    this.#value.text += chunk.slice(from);
    if (this.#value.text.length > longestRecord)
      throw new NonRetryableError(`line ${this.#value.line}: a value has more than ${longestRecord} characters`);
  }

  /** Throws where the text has ended too early. */
  end(): void {
    if (this.#place !== 'end') throw new Error(`the JSON ends too early, on line ${this.#line}`);
    if (!this.#found) throw new NonRetryableError(`the JSON is an object without an array "${this.#itemsKey}"; name it in source.items`);
  }

  /** True where a value begins with this character. */
  #step(character: string): boolean {
    if (/\s/.test(character) || character === '\ufeff') return false;
    switch (this.#place) {
      case 'start':
        if (character !== '[' && character !== '{') throw this.#unexpected(character, 'an array or an object');
        this.#wrapped = character === '{';
        this.#found = !this.#wrapped;
        this.#place = this.#wrapped ? 'members' : 'items';
        return false;
      case 'items':
        if (character === ',') return false;
        if (character === ']') {
          this.#place = this.#wrapped ? 'members' : 'end';
          return false;
        }
        return this.#begin(character);
      case 'members':
        if (character === ',') return false;
        if (character === '}') {
          this.#place = 'end';
          return false;
        }
        if (character !== '"') throw this.#unexpected(character, 'the name of a member');
        this.#place = 'key';
        return this.#begin(character);
      case 'key':
      case 'colon':
        if (character !== ':') throw this.#unexpected(character, 'a colon');
        this.#place = 'value';
        return false;
      case 'value':
        if (this.#key === this.#itemsKey && character === '[') {
          this.#found = true;
          this.#place = 'items';
          return false;
        }
        return this.#begin(character);
      case 'end':
        throw this.#unexpected(character, "nothing more; for a value on each line, give format 'ndjson'");
    }
  }

  #begin(character: string): true {
    const opens = character === '{' || character === '[';
    this.#value = { text: '', line: this.#line, depth: opens ? 1 : 0, inText: character === '"', escaped: false };
    return true;
  }

  /** Whether the value ends with this character, before it, or not yet. */
  #ends(value: Value, character: string): 'no' | 'before' | 'after' {
    if (value.inText) {
      if (value.escaped) value.escaped = false;
      else if (character === '\\') value.escaped = true;
      else if (character === '"') {
        value.inText = false;
        if (value.depth === 0) return 'after';
      }
      return 'no';
    }
    if (character === '"') value.inText = true;
    else if (character === '{' || character === '[') value.depth++;
    else if (character === '}' || character === ']') {
      if (value.depth === 0) return 'before';
      if (--value.depth === 0) return 'after';
    } else if (value.depth === 0 && (character === ',' || /\s/.test(character))) return 'before';
    return 'no';
  }

  #keepMember(whole: string): void {
    if (this.#place === 'key') {
      this.#key = keyOf(whole);
      this.#place = 'colon';
      return;
    }
    this.members.set(this.#key, whole);
    this.#place = 'members';
  }

  #unexpected(character: string, wanted: string): NonRetryableError {
    return new NonRetryableError(
      `the JSON cannot be read: line ${this.#line} has ${JSON.stringify(character)} where it should have ${wanted}`,
    );
  }
}

const keyOf = (text: string): string => {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
};
