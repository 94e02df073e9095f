import type { Attribute, Dialect, Message } from '../codec/message.js';
import type { KvList } from '../codec/value.js';
import { findAttribute, findMessage } from '../dictionary/dictionary.js';
import { describeLeaf, EMPTY_LIST, MASK } from './literal.js';
import type { LeafValue } from './literal.js';
import { maskingOf } from './masking.js';
import type { Masking, TraceOptions } from './masking.js';
import { quote } from './quoting.js';

/** Values begin in this column behind the tab. */
const NAME_WIDTH = 32;
const TAB = '\t';

/** What the line of the message type is called. */
export const TYPE_LINE: Readonly<Record<Dialect, string>> = { GSW_CM: 'GSW_CM_MessageType', T: 'MessageType' };

/**
 * A message as lines of a trace, without the head line (protocol/README.md, "Trace"): the type, then
 * every attribute in the order of the frame, repeated ones too. Unknown types and attributes stand by
 * number.
 */
export function describeMessage(message: Message, options: TraceOptions): string[] {
  const name = findMessage(message.dialect, message.type)?.name;
  const type = name === undefined ? String(message.type) : `${message.type} [${name}]`;
  const masked = maskingOf(message.dialect, options);
  return [
    TAB + column(TYPE_LINE[message.dialect], type),
    ...message.attributes.flatMap((attribute) => describeAttribute(message.dialect, attribute, masked)),
  ];
}

function describeAttribute(dialect: Dialect, { id, value }: Attribute, masked: Masking): string[] {
  const known = findAttribute(dialect, id);
  const name = known?.name ?? String(id);
  if (known?.secret === true) return [TAB + column(name, MASK)];
  if (value.type !== 'kvlist') return [TAB + column(name, describeLeaf(value))];
  if (value.value.length === 0) return [TAB + column(name, EMPTY_LIST)];
  return [TAB + name, ...describePairs(value.value, TAB + TAB, masked)];
}

/** One line for each pair, those of a nested list one tab deeper below its key. */
export function describePairs(list: KvList, indent: string, masked: Masking, leaf: (value: LeafValue) => string = describeLeaf): string[] {
  return list.flatMap(({ key, value }) => {
    const line = indent + quote(key);
    if (value.type !== 'kvlist') return [`${line} ${masked(key) ? MASK : leaf(value)}`];
    if (value.value.length === 0) return [`${line} ${EMPTY_LIST}`];
    return [line, ...describePairs(value.value, indent + TAB, masked, leaf)];
  });
}

function column(name: string, value: string): string {
  return `${name.padEnd(NAME_WIDTH)}${value}`;
}
