import { type KvList, type Pair, parseLiteral, string } from '../../../protocol/index.js';

/** A line that cannot be understood; the message says what is wrong with it. */
export class LineError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LineError';
  }
}

/** What was typed: a command, words, and pairs of user data. */
export interface CommandLine {
  /** Empty for an empty line. */
  readonly command: string;
  readonly words: readonly string[];
  readonly pairs: KvList;
}

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'`;
const TOKENS = new RegExp(String.raw`(?:${QUOTED}|[^\s"'])+|\S`, 'g');
const PAIR = /^([^\s=:"']+)(:?=)(.*)$/s;

/**
 * Reads a line: blanks separate words, quotes hold blanks. `key=text` sends text, whatever it looks like,
 * since the gateway takes a number's digits and a member's name for it; `key:=literal` sends what the trace
 * writes so: `5` an int, `5L` a long, `'5'` a string. Throws LineError.
 */
export function parseCommandLine(line: string): CommandLine {
  const words: string[] = [];
  const pairs: Pair[] = [];
  for (const [token] of line.matchAll(TOKENS)) {
    if (token === '"' || token === "'") throw new LineError(`a ${token} is not closed`);
    const [, key, sign, value] = PAIR.exec(token) ?? [];
    if (key === undefined || value === undefined) words.push(unquoted(token));
    else pairs.push({ key, value: sign === '=' ? string(unquoted(value)) : literal(key, value) });
  }
  const [command = '', ...others] = words;
  return { command, words: others, pairs };
}

function unquoted(text: string): string {
  return text.replace(new RegExp(QUOTED, 'g'), (_, double?: string, single?: string) => (double ?? single ?? '').replace(/\\(.)/gs, '$1'));
}

function literal(key: string, text: string): Pair['value'] {
  const value = parseLiteral(text);
  if (value === undefined) throw new LineError(`${key}:= takes a literal of the trace: 5, 5L, 0.5, 'text', 0x00ff; with ${key}= any text`);
  return value;
}
