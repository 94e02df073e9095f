import { decodeAttributes } from '../codec/decode.js';
import { encodeAttributes, encodeHeader } from '../codec/encode.js';
import { HEADER_BYTES, MAX_LIST_DEPTH } from '../codec/layout.js';
import { Reader } from '../codec/reader.js';
import { Writer } from '../codec/writer.js';
import { LengthSplitter } from '../framing/length-splitter.js';
import { parseHeader } from '../grammar/header.js';
import type { WireProfile } from './profile.js';

/**
 * Wire profile 1 (protocol/README.md). Its frame layout, type tags and attribute numbers are this
 * project's own. The header of a frame is read by the declared grammar, the attributes by the
 * checked reader.
 */
export const ocm1: WireProfile = {
  name: 'ocm1',

  splitter: (limits, onFrame) => new LengthSplitter(limits, onFrame),

  decode(frame, dialect, limits) {
    const { messageType, attributeCount } = parseHeader(frame, dialect, limits);
    const reader = new Reader(frame, HEADER_BYTES, limits.entries - attributeCount);
    reader.messageType = messageType;
    const attributes = decodeAttributes(reader, attributeCount, Math.min(limits.listDepth, MAX_LIST_DEPTH));
    return { dialect, type: messageType, attributes };
  },

  encode(message) {
    const writer = new Writer();
    writer.sized(() => {
      encodeHeader(writer, message.dialect, message.type, message.attributes.length);
      encodeAttributes(writer, message.attributes);
    });
    return writer.finish();
  },

  encodeTail(dialect, type, attributes) {
    const writer = new Writer();
    writer.messageType = type;
    encodeAttributes(writer, attributes);
    return { dialect, type, count: attributes.length, bytes: writer.finish() };
  },

  encodeWithTail(head, tail) {
    const writer = new Writer();
    writer.sized(() => {
      encodeHeader(writer, tail.dialect, tail.type, head.length + tail.count);
      encodeAttributes(writer, head);
    }, tail.bytes.length);
    return [writer.finish(), tail.bytes];
  },
};
