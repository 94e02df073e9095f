// The package's ES entry has no types; its CommonJS file has, and is the same code.
import { Parser } from 'binary-parser/dist/binary_parser.js';

import { ProtocolError } from '../codec/errors.js';
import { DIALECT_CODE, HEADER_BYTES, LENGTH_BYTES, MIN_ATTRIBUTE_BYTES, MIN_LENGTH, VERSION } from '../codec/layout.js';
import type { Dialect } from '../codec/message.js';
import { checkFrameLength } from '../framing/frame-length.js';
import type { FrameLimits } from '../profile/profile.js';

/** The fields in front of the attributes, as they stand in the frame. */
interface HeaderFields {
  readonly length: number;
  readonly dialect: number;
  readonly version: number;
  readonly messageType: number;
  readonly attributeCount: number;
}

export interface FrameHeader {
  readonly dialect: Dialect;
  readonly messageType: number;
  readonly attributeCount: number;
}

/** The first ten bytes of every frame, declared (wire profile 1, "Frame"). */
export const header = new Parser()
  .uint32('length')
  .uint8('dialect')
  .uint8('version')
  .uint16('messageType')
  .uint16('attributeCount');

/**
 * Reads and checks the header of a whole frame, for live traffic and for the grammar alike. `dialect`
 * is the listener's; without one both are taken. Throws ProtocolError.
 */
export function parseHeader(frame: Uint8Array, dialect: Dialect | undefined, limits: FrameLimits): FrameHeader {
  if (frame.length < HEADER_BYTES) refuseShort(frame, limits);
  const fields = header.parse(frame) as HeaderFields;
  checkFrameLength(fields.length, limits.frameBytes);
  checkFrameIsWhole(frame, fields.length);
  const spoken = dialectOf(fields.dialect);
  if (dialect !== undefined && spoken !== dialect) {
    throw new ProtocolError('WrongDialect', `Dialect ${spoken} on a listener for ${dialect}`, { offset: 4 });
  }
  if (fields.version !== VERSION) throw new ProtocolError('UnknownVersion', `Unknown version ${fields.version}`, { offset: 5 });
  const left = frame.length - HEADER_BYTES;
  if (fields.attributeCount * MIN_ATTRIBUTE_BYTES > left) {
    throw new ProtocolError('LengthOutOfBounds', `Count ${fields.attributeCount} where ${left} bytes are left`, {
      offset: 8,
      messageType: fields.messageType,
    });
  }
  if (fields.attributeCount > limits.entries) {
    throw new ProtocolError('TooManyEntries', `${fields.attributeCount} attributes where ${limits.entries} entries are allowed`, {
      offset: 8,
      messageType: fields.messageType,
    });
  }
  return { dialect: spoken, messageType: fields.messageType, attributeCount: fields.attributeCount };
}

/** What is not even a header: its length field says why, where there is one. */
function refuseShort(frame: Uint8Array, limits: FrameLimits): never {
  if (frame.length >= LENGTH_BYTES) {
    const length = new DataView(frame.buffer, frame.byteOffset, LENGTH_BYTES).getUint32(0);
    checkFrameLength(length, limits.frameBytes);
    checkFrameIsWhole(frame, length);
  }
  throw new ProtocolError('FrameTooShort', `${frame.length} bytes where a length field and ${MIN_LENGTH} bytes are the least`, { offset: 0 });
}

function checkFrameIsWhole(frame: Uint8Array, length: number): void {
  const there = frame.length - LENGTH_BYTES;
  if (length > there) throw new ProtocolError('LengthOutOfBounds', `Frame length ${length} where ${there} bytes follow`, { offset: 0 });
  if (length < there) {
    throw new ProtocolError('BytesLeftOver', `${there - length} bytes left over`, { offset: LENGTH_BYTES + length });
  }
}

function dialectOf(code: number): Dialect {
  if (code === DIALECT_CODE.GSW_CM) return 'GSW_CM';
  if (code === DIALECT_CODE.T) return 'T';
  throw new ProtocolError('UnknownDialect', `Unknown dialect ${code}`, { offset: 4 });
}
