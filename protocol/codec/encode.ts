import { DIALECT_CODE, MAX_LIST_DEPTH, TAG, VERSION } from './layout.js';
import type { Attribute, Dialect } from './message.js';
import type { KvList, Value } from './value.js';
import type { Writer } from './writer.js';

/** Writes dialect, version, messageType and attributeCount (wire profile 1, "Frame"). Throws ProtocolError. */
export function encodeHeader(writer: Writer, dialect: Dialect, type: number, count: number): void {
  writer.u8(DIALECT_CODE[dialect]);
  writer.u8(VERSION);
  writer.u16(type, 'message type');
  writer.messageType = type;
  writer.u16(count, 'attribute count');
}

/** Writes attributes in the order given (wire profile 1, "Frame"). Throws ProtocolError. */
export function encodeAttributes(writer: Writer, attributes: readonly Attribute[]): void {
  for (const { id, value } of attributes) {
    writer.attribute = id;
    writer.u16(id, 'attribute id');
    encodeValue(writer, value, MAX_LIST_DEPTH);
  }
  writer.attribute = undefined;
}

/** Writes a tag and its payload (wire profile 1, "Value"). `levelsLeft` is how many lists may still be opened. */
function encodeValue(writer: Writer, value: Value, levelsLeft: number): void {
  const at = writer.position;
  writer.u8(TAG[value.type]);
  switch (value.type) {
    case 'masked':
      return;
    case 'int':
      return writer.i32(value.value);
    case 'string':
      return writer.text(value.value);
    case 'binary':
      return writer.sized(() => writer.bytes(value.value));
    case 'kvlist':
      if (levelsLeft === 0) throw writer.error('NestingTooDeep', 'Lists nest too deep', at);
      return writer.sized(() => encodePairs(writer, value.value, levelsLeft - 1));
    case 'wstring':
      return writer.sized(() => writer.utf16(value.value));
    case 'long':
      return writer.i64(value.value);
    case 'float':
      return writer.f64(value.value);
  }
}

function encodePairs(writer: Writer, list: KvList, levelsLeft: number): void {
  writer.u16(list.length, 'count of pairs');
  for (const { key, value } of list) {
    writer.key(key);
    encodeValue(writer, value, levelsLeft);
  }
}
