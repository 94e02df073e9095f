import { ProtocolError } from '../codec/errors.js';
import { MAX_U16 } from '../codec/layout.js';
import type { Attribute, Dialect, Message } from '../codec/message.js';
import type { Value } from '../codec/value.js';
import { attributesOf, findAttribute } from '../dictionary/dictionary.js';
import { classifyLine } from './lines.js';
import type { TraceLine } from './lines.js';
import { parseLiteral } from './literal.js';
import { PairCollector } from './pair-collector.js';
import { unquote } from './quoting.js';

/** A list whose pairs may still follow. */
interface OpenList {
  readonly collector: PairCollector;
  readonly line: number;
  readonly mayBeEmpty: boolean;
}

/**
 * Where the reader stands. `interrupted`: an unrelated line has ended an entry, so a pair that follows
 * may have been that entry's and is refused rather than lost.
 */
type State =
  | { readonly at: 'outside' | 'interrupted' }
  | { readonly at: 'head'; readonly dialect: Dialect; readonly line: number }
  | { readonly at: 'entry'; readonly dialect: Dialect; readonly type: number; readonly attributes: Attribute[]; list: OpenList | undefined };

const TYPE_VALUE = /^(\d{1,5})(?:\s+\[[^\]]*\])?$/;

/**
 * Reads trace text back to messages, one for each entry (protocol/README.md, "Trace"). Masked values
 * become the masked value. Any blank space separates name and value, lines may have lost their
 * indentation (nested lists are flat then), an entry may lack its head line; unrelated lines and
 * entries of HTTPProxyClient are skipped. Throws ProtocolError BadTrace whose offset is the line's number.
 */
export function parseTrace(text: string): Message[] {
  const reader = new TraceReader();
  for (const line of text.split(/\r\n|\n|\r/)) reader.add(line);
  return reader.finish();
}

class TraceReader {
  readonly #messages: Message[] = [];
  #state: State = { at: 'outside' };
  #line = 0;

  add(text: string): void {
    this.#line++;
    const line = classifyLine(text);
    switch (line.kind) {
      case 'blank':
        return;
      case 'head':
        return this.#head(line.dialect);
      case 'type':
        return this.#type(line.dialect, line.value);
      case 'attribute':
        return this.#attribute(line.name, line.value);
      case 'number':
        return this.#number(line);
      case 'pair':
        return this.#pair(line);
      case 'quoted':
        return this.#quoted();
      case 'other':
        return this.#other();
    }
  }

  finish(): Message[] {
    this.#end();
    return this.#messages;
  }

  #head(dialect: Dialect | undefined): void {
    this.#end();
    if (dialect !== undefined) this.#state = { at: 'head', dialect, line: this.#line };
  }

  #type(dialect: Dialect, value: string | undefined): void {
    const state = this.#state;
    if (state.at === 'head' && state.dialect !== dialect) this.#fail('the message type is not of the dialect of its head line');
    const type = Number(TYPE_VALUE.exec(value ?? '')?.[1] ?? Number.NaN);
    if (!(type <= MAX_U16)) this.#fail('a message type is a number, and its name in brackets');
    if (state.at !== 'head') this.#end();
    this.#state = { at: 'entry', dialect, type, attributes: [], list: undefined };
  }

  #attribute(name: string, value: string | undefined): void {
    if (this.#state.at !== 'entry') this.#fail(`${name} stands outside of a message`);
    const known = attributesOf(this.#state.dialect).find((attribute) => attribute.name === name);
    if (known === undefined) this.#fail(`${name} is no attribute of dialect ${this.#state.dialect}`);
    this.#addAttribute(known.id, value);
  }

  #number({ id, value }: Extract<TraceLine, { kind: 'number' }>): void {
    if (this.#state.at !== 'entry') return this.#other();
    if (id > MAX_U16) this.#fail(`attribute ${id} is out of range`);
    this.#addAttribute(id, value);
  }

  #addAttribute(id: number, text: string | undefined): void {
    if (this.#state.at !== 'entry') return;
    this.#closeList();
    if (text !== undefined) {
      this.#state.attributes.push({ id, value: this.#value(text) });
      return;
    }
    const collector = new PairCollector();
    this.#state.attributes.push({ id, value: { type: 'kvlist', value: collector.pairs } });
    const mayBeEmpty = findAttribute(this.#state.dialect, id)?.type === 'kvlist';
    this.#state.list = { collector, line: this.#line, mayBeEmpty };
  }

  #pair({ indent, key, value }: Extract<TraceLine, { kind: 'pair' }>): void {
    if (this.#state.at === 'outside') return;
    if (this.#state.at !== 'entry' || this.#state.list === undefined) this.#fail('a key and a value stand outside of a list');
    const name = unquote(key);
    if (name === undefined) this.#fail('a key has an escape that is none');
    if (name === '') this.#fail('a key is empty');
    this.#state.list.collector.add(indent, name, value === undefined ? undefined : this.#value(value));
  }

  /** Below a list it was a pair once: refused rather than lost. */
  #quoted(): void {
    if (this.#state.at === 'entry' && this.#state.list !== undefined) this.#fail('a key and a value are not quoted as they should be');
    this.#other();
  }

  #other(): void {
    if (this.#state.at !== 'entry') return;
    this.#end();
    this.#state = { at: 'interrupted' };
  }

  #value(text: string): Value {
    return parseLiteral(text) ?? this.#fail('what stands behind the name is no value');
  }

  /** Ends the entry that is being read, if there is one. */
  #end(): void {
    const state = this.#state;
    if (state.at === 'head') this.#fail('no message type follows the head line', state.line);
    if (state.at === 'entry') {
      this.#closeList();
      this.#messages.push({ dialect: state.dialect, type: state.type, attributes: state.attributes });
    }
    this.#state = { at: 'outside' };
  }

  #closeList(): void {
    if (this.#state.at !== 'entry') return;
    const { list } = this.#state;
    if (list !== undefined && list.collector.pairs.length === 0 && !list.mayBeEmpty) this.#fail('an attribute has no value', list.line);
    this.#state.list = undefined;
  }

  #fail(what: string, line = this.#line): never {
    throw new ProtocolError('BadTrace', `Bad trace: ${what}`, { offset: line });
  }
}
