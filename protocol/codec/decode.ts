import { MIN_LIST_BYTES, MIN_PAIR_BYTES, TAG } from './layout.js';
import type { Attribute } from './message.js';
import type { Reader } from './reader.js';
import { MASKED } from './value.js';
import type { KvList, Pair, Value } from './value.js';

/**
 * Reads `count` attributes up to the end of the frame (wire profile 1, "Frame"). `listDepth` is how
 * deep lists may nest. Throws ProtocolError.
 */
export function decodeAttributes(reader: Reader, count: number, listDepth: number): Attribute[] {
  const attributes: Attribute[] = [];
  for (let index = 0; index < count; index++) {
    reader.attribute = undefined;
    const id = reader.u16();
    reader.attribute = id;
    attributes.push({ id, value: decodeValue(reader, listDepth) });
  }
  reader.attribute = undefined;
  reader.finish();
  return attributes;
}

/** Reads a tag and its payload (wire profile 1, "Value"). `levelsLeft` is how many lists may still be opened. */
function decodeValue(reader: Reader, levelsLeft: number): Value {
  const at = reader.position;
  const tag = reader.u8();
  switch (tag) {
    case TAG.masked:
      return MASKED;
    case TAG.int:
      return { type: 'int', value: reader.i32() };
    case TAG.string:
      return { type: 'string', value: reader.utf8(reader.length()) };
    case TAG.binary:
      return { type: 'binary', value: reader.binary(reader.length()) };
    case TAG.kvlist:
      if (levelsLeft === 0) throw reader.error('NestingTooDeep', 'Lists nest too deep', at);
      return { type: 'kvlist', value: decodeList(reader, levelsLeft - 1) };
    case TAG.wstring:
      return { type: 'wstring', value: decodeWide(reader) };
    case TAG.long:
      return { type: 'long', value: reader.i64() };
    case TAG.float:
      return { type: 'float', value: reader.f64() };
    default:
      throw reader.error('UnknownTag', `Unknown tag ${tag}`, at);
  }
}

function decodeList(reader: Reader, levelsLeft: number): KvList {
  const at = reader.position;
  const length = reader.length();
  if (length < MIN_LIST_BYTES) throw reader.error('LengthOutOfBounds', `List length ${length} has no room for its count`, at);
  const outer = reader.enter(length);
  const count = reader.count(MIN_PAIR_BYTES);
  const pairs: Pair[] = [];
  for (let index = 0; index < count; index++) {
    const key = reader.key();
    pairs.push({ key, value: decodeValue(reader, levelsLeft) });
  }
  reader.leave(outer);
  return pairs;
}

function decodeWide(reader: Reader): string {
  const at = reader.position;
  const length = reader.length();
  if (length % 2 !== 0) throw reader.error('OddWstringLength', `Odd wstring length ${length}`, at);
  return reader.utf16(length);
}
