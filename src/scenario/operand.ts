import { parseLiteral } from '../../protocol/index.js';
import type { Operand } from './script.js';

const OPEN = /^(\*|\$([A-Za-z]\w*))(?:=(.+))?$/s;

/** `*`, `$name`, either with `=` and an example, or a value in the trace's form; undefined where it is none of them. */
export function parseOperand(text: string): Operand | undefined {
  const [, open, name, exampleText] = OPEN.exec(text) ?? [];
  if (open === undefined) {
    const value = parseLiteral(text);
    return value === undefined ? undefined : { kind: 'value', value };
  }
  const example = exampleText === undefined ? undefined : parseLiteral(exampleText);
  if (exampleText !== undefined && example === undefined) return undefined;
  return name === undefined ? { kind: 'any', example } : { kind: 'variable', name, example };
}
