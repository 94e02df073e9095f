import { QUOTED } from '../../protocol/trace/quoting.js';

/** What one line of a script is by its looks alone; names and values are text that has not been read yet. */
export type ScriptLine =
  | { readonly kind: 'blank' }
  | { readonly kind: 'connection'; readonly name: string; readonly listener: string }
  | { readonly kind: 'message'; readonly connection: string; readonly sign: '>' | '<'; readonly name: string }
  | { readonly kind: 'state'; readonly connection: string; readonly state: 'silent' | 'ends' | 'closed' }
  | { readonly kind: 'repeat'; readonly count: number }
  | { readonly kind: 'endRepeat' }
  | { readonly kind: 'attribute'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'pair'; readonly indent: number; readonly key: string; readonly value: string | undefined }
  | { readonly kind: 'other' };

/** Like a comment's sign in quotes, everything up to here is no comment. */
const BEFORE_COMMENT = new RegExp(`^(?:${QUOTED}|(?<!^|\\s)#|[^#])*`, 's');
const PAIR = new RegExp(`^${QUOTED}(?:\\s+(.+))?$`, 's');
const ATTRIBUTE = /^(GSW_CM_Attr\w+|Attribute\w+|\d{1,5})(?:\s+(.+))?$/s;
const CONNECTION = /^connection\s+(\S+)\s+(\S+)$/;
const MESSAGE = /^([A-Za-z][\w-]*)\s*([<>])\s*(\S+)$/;
const STATE = /^([A-Za-z][\w-]*)\s+(silent|ends|closed)$/;
const REPEAT = /^repeat\s+(\d{1,6})$/;

export function classifyScriptLine(line: string): ScriptLine {
  const told = BEFORE_COMMENT.exec(line)?.[0] ?? line;
  const text = told.trim();
  if (text === '') return { kind: 'blank' };
  if (text === 'end') return { kind: 'endRepeat' };
  return classifyBody(text, told.length - told.trimStart().length) ?? classifyStatement(text);
}

function classifyBody(text: string, indent: number): ScriptLine | undefined {
  const [, key, pairValue] = PAIR.exec(text) ?? [];
  if (key !== undefined) return { kind: 'pair', indent, key, value: pairValue };
  const [, name, value] = ATTRIBUTE.exec(text) ?? [];
  return name === undefined ? undefined : { kind: 'attribute', name, value };
}

function classifyStatement(text: string): ScriptLine {
  const [, opened, listener] = CONNECTION.exec(text) ?? [];
  if (opened !== undefined && listener !== undefined) return { kind: 'connection', name: opened, listener };
  const count = REPEAT.exec(text)?.[1];
  if (count !== undefined) return { kind: 'repeat', count: Number(count) };
  const [, stated, state] = STATE.exec(text) ?? [];
  if (stated !== undefined) return { kind: 'state', connection: stated, state: state as 'silent' | 'ends' | 'closed' };
  const [, connection, sign, name] = MESSAGE.exec(text) ?? [];
  if (connection !== undefined && name !== undefined) return { kind: 'message', connection, sign: sign === '>' ? '>' : '<', name };
  return { kind: 'other' };
}
