import { attributesOf, findMessageByName } from '../../protocol/index.js';
import type { Dialect } from '../../protocol/index.js';
import { unquote } from '../../protocol/trace/quoting.js';
import { parseOperand } from './operand.js';
import { PatternList } from './pattern-list.js';
import { classifyScriptLine } from './script-line.js';
import type { ScriptLine } from './script-line.js';
import { ScriptError } from './script.js';
import type { AttributePattern, Direction, Operand, SessionScript, Step } from './script.js';

type Line<K extends ScriptLine['kind']> = Extract<ScriptLine, { readonly kind: K }>;

interface OpenMessage {
  readonly dialect: Dialect;
  readonly attributes: AttributePattern[];
}

interface OpenRepeat {
  readonly line: number;
  readonly text: string;
  readonly count: number;
  readonly steps: Step[];
}

const DIALECTS: Readonly<Record<string, Dialect>> = { direct: 'GSW_CM', tevents: 'T' };
const MAX_U16 = 0xffff;

/** Reads a session script (its grammar: README.md of this folder). Throws ScriptError, which names the line. */
export function parseScript(text: string): SessionScript {
  const parser = new ScriptParser();
  for (const line of text.split(/\r\n|\n|\r/)) parser.add(line);
  return { steps: parser.finish() };
}

class ScriptParser {
  readonly #steps: Step[] = [];
  readonly #repeats: OpenRepeat[] = [];
  readonly #dialects = new Map<string, Dialect>();
  #message: OpenMessage | undefined;
  #list: PatternList | undefined;
  #line = 0;
  #text = '';

  add(text: string): void {
    this.#line += 1;
    this.#text = text.trim();
    const line = classifyScriptLine(text);
    if (line.kind === 'blank') return;
    if (line.kind === 'pair') return this.#pair(line);
    this.#closeList();
    if (line.kind === 'attribute') return this.#attribute(line);
    this.#message = undefined;
    this.#statement(line);
  }

  finish(): readonly Step[] {
    this.#closeList();
    const open = this.#repeats.at(-1);
    if (open !== undefined) throw new ScriptError('repeat has no end', open.line);
    return this.#steps;
  }

  #statement(line: Exclude<ScriptLine, Line<'blank' | 'pair' | 'attribute'>>): void {
    switch (line.kind) {
      case 'connection':
        return this.#connection(line);
      case 'message':
        return this.#messageStep(line);
      case 'state':
        return this.#state(line);
      case 'repeat':
        if (line.count === 0) this.#fail('repeat 0 would do nothing');
        this.#repeats.push({ line: this.#line, text: this.#text, count: line.count, steps: [] });
        return;
      case 'endRepeat':
        return this.#endRepeat();
      case 'other':
        this.#fail('is none of: connection NAME direct|tevents, NAME > MESSAGE, NAME < MESSAGE, NAME silent|ends|closed, repeat N, end, an attribute, a pair');
    }
  }

  #connection({ name, listener }: Line<'connection'>): void {
    const dialect = DIALECTS[listener];
    if (dialect === undefined) this.#fail(`${listener} is no listener; direct and tevents are`);
    if (!/^[A-Za-z][\w-]*$/.test(name)) this.#fail(`${name} is no name for a connection: a letter, then letters, digits, - and _`);
    this.#dialects.set(name, dialect);
    this.#push({ kind: 'connect', line: this.#line, text: this.#text, connection: name, dialect });
  }

  #messageStep({ connection, sign, name }: Line<'message'>): void {
    const dialect = this.#dialectOf(connection);
    const direction: Direction = sign === '>' ? 'toGateway' : 'toClient';
    this.#message = { dialect, attributes: [] };
    const { attributes } = this.#message;
    const type = this.#messageType(dialect, name);
    this.#push({ kind: 'message', line: this.#line, text: this.#text, connection, direction, dialect, type, attributes });
  }

  #state({ connection, state }: Line<'state'>): void {
    this.#dialectOf(connection);
    const base = { line: this.#line, text: this.#text, connection };
    if (state === 'silent') this.#push({ kind: 'silent', ...base });
    else this.#push({ kind: 'end', ...base, direction: state === 'ends' ? 'toGateway' : 'toClient' });
  }

  #endRepeat(): void {
    const repeat = this.#repeats.pop();
    if (repeat === undefined) this.#fail('end has no repeat');
    this.#push({ kind: 'repeat', ...repeat });
  }

  #attribute({ name, value }: Line<'attribute'>): void {
    if (this.#message === undefined) this.#fail(`${name} stands below no message`);
    const attribute = { line: this.#line, id: this.#attributeId(this.#message.dialect, name), name };
    if (value !== undefined) {
      this.#message.attributes.push({ ...attribute, pattern: this.#operand(value) });
      return;
    }
    this.#list = new PatternList(this.#line);
    this.#message.attributes.push({ ...attribute, pattern: this.#list.pattern });
  }

  #pair({ indent, key, value }: Line<'pair'>): void {
    if (this.#list === undefined) this.#fail('a pair stands below no attribute that is a list');
    const name = unquote(key);
    if (name === undefined) this.#fail('the key has an escape that is none');
    if (name === '') this.#fail('a key is not empty');
    this.#list.add(indent, this.#line, name, value === undefined ? undefined : this.#operand(value));
  }

  #closeList(): void {
    this.#list?.close();
    this.#list = undefined;
  }

  #operand(text: string): Operand {
    return parseOperand(text) ?? this.#fail(`${text} is no value: 5, 5L, 0.5, 'text', L'text', 0x00ff, {}, '****', *, $name, *=5 and $name=5 are`);
  }

  #messageType(dialect: Dialect, name: string): number {
    const type = Number(name);
    if (Number.isInteger(type) && type >= 0 && type <= MAX_U16) return type;
    const entry = findMessageByName(name);
    if (entry?.dialect !== dialect) this.#fail(`${name} is no message of this connection's dialect`);
    return entry.type;
  }

  #attributeId(dialect: Dialect, name: string): number {
    const id = Number(name);
    if (Number.isInteger(id) && id <= MAX_U16) return id;
    const entry = attributesOf(dialect).find((attribute) => attribute.name === name);
    if (entry === undefined) this.#fail(`${name} is no attribute of this connection's dialect`);
    return entry.id;
  }

  #dialectOf(connection: string): Dialect {
    return this.#dialects.get(connection) ?? this.#fail(`there is no connection ${connection} above`);
  }

  #push(step: Step): void {
    (this.#repeats.at(-1)?.steps ?? this.#steps).push(step);
  }

  #fail(what: string): never {
    throw new ScriptError(what, this.#line);
  }
}
