import { ProtocolError } from '../../protocol/codec/errors.js';
import type { Attribute, Dialect, Message } from '../../protocol/codec/message.js';
import type { Value } from '../../protocol/codec/value.js';
import { LengthSplitter } from '../../protocol/framing/length-splitter.js';
import type { WireProfile } from '../../protocol/profile/profile.js';

/**
 * A second wire profile, as unlike ocm1 as one can be: a length and a JSON text, numbers for nothing.
 * If a session passes over it, sessions and engine depend on no byte of ocm1.
 */
export const toy: WireProfile = {
  name: 'toy',
  splitter: (limits, onFrame) => new LengthSplitter(limits, onFrame),
  decode(frame, dialect, limits) {
    const message = parse(frame);
    if (message.dialect !== dialect) throw new ProtocolError('WrongDialect', `Dialect ${message.dialect}`, { offset: 4 });
    for (const { value } of message.attributes) checkDepth(value, 1, limits.listDepth);
    return message;
  },
  encode: (message) => frameOf(message.dialect, message.type, message.attributes),
  encodeTail: (dialect, type, attributes) => ({
    dialect,
    type,
    count: attributes.length,
    bytes: Buffer.from(attributes.map((attribute) => `,${JSON.stringify(attribute, toJson)}`).join('')),
  }),
  encodeWithTail(head, { dialect, type, bytes }) {
    const start = Buffer.from(`{"dialect":"${dialect}","type":${type},"attributes":[${head.map((one) => JSON.stringify(one, toJson)).join(',')}`);
    const end = Buffer.from(']}');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(start.length + bytes.length + end.length);
    return [length, start, bytes, end];
  },
};

function frameOf(dialect: Dialect, type: number, attributes: readonly Attribute[]): Uint8Array {
  const text = Buffer.from(JSON.stringify({ dialect, type, attributes }, toJson));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, text]);
}

function parse(frame: Uint8Array): Message {
  try {
    return JSON.parse(Buffer.from(frame.subarray(4)).toString(), fromJson) as Message;
  } catch {
    throw new ProtocolError('BytesLeftOver', 'No JSON', { offset: 4 });
  }
}

function checkDepth(value: Value, depth: number, most: number): void {
  if (value.type !== 'kvlist') return;
  if (depth > most) throw new ProtocolError('NestingTooDeep', 'Too deep', { offset: 4 });
  for (const pair of value.value) checkDepth(pair.value, depth + 1, most);
}

function toJson(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return { bigint: String(value) };
  return value;
}

function fromJson(_key: string, value: unknown): unknown {
  const isBigint = typeof value === 'object' && value !== null && 'bigint' in value && typeof value.bigint === 'string';
  return isBigint ? BigInt(value.bigint as string) : value;
}
