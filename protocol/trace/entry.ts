import type { Dialect, Message } from '../codec/message.js';
import type { KvList } from '../codec/value.js';
import { describeMessage, describePairs } from './describe.js';
import { describeLeaf } from './literal.js';
import type { LeafValue } from './literal.js';
import { maskUserData, showAll } from './masking.js';
import type { TraceOptions } from './masking.js';
import { quote } from './quoting.js';

/** What the head line of an entry says. */
export interface EntryHead {
  /** Time of day as the trace writes it, `hh:mm:ss.mmm`, local. */
  readonly time: string;
  /** The number of the connection. */
  readonly connection: number;
  /** As the gateway sees it. */
  readonly direction: 'received' | 'sent';
}

const PEER: Readonly<Record<Dialect, string>> = { GSW_CM: 'OCMClient', T: 'TServerClient' };
const HTTP_PEER = 'HTTPProxyClient';

/** One message as one entry of the trace: head line and lines, joined by line feeds, none at the end. */
export function describeEntry(head: EntryHead, message: Message, options: TraceOptions): string {
  return [describeHead(head, PEER[message.dialect]), ...describeMessage(message, options)].join('\n');
}

/**
 * One request or answer of HTTP's native family as one entry: a line of key and value, both in quotes,
 * for each pair; a list is one tab deeper below its key. Masked as user data is. Such an entry is not
 * a message of a frame, and is not read back.
 */
export function describeHttpEntry(head: EntryHead, list: KvList, options: TraceOptions): string {
  const masked = options.showValues ? showAll : maskUserData;
  return [describeHead(head, HTTP_PEER), ...describePairs(list, '\t', masked, describeHttpLeaf)].join('\n');
}

function describeHead({ time, connection, direction }: EntryHead, peer: string): string {
  return `${time} ${peer}[${connection}]::message ${direction}`;
}

/** The native family's traces quote numbers too. */
function describeHttpLeaf(value: LeafValue): string {
  return value.type === 'int' || value.type === 'long' || value.type === 'float' ? quote(String(value.value)) : describeLeaf(value);
}
