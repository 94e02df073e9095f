import type { Dice } from './dice.js';

const TELLING: readonly [number, ...number[]] = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x10, 0x43, 0x54, 0x7f, 0x80, 0xc3, 0xd8, 0xdc, 0xff];
const LENGTHS: readonly [number, ...number[]] = [0, 1, 5, 6, 7, 64, 65_535, 65_536, 65_537, 0x0010_0000, 0x0010_0001, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/** Bytes of a frame with some of them changed: bits, lengths, counts, tags, pieces cut out, doubled, and of another frame. */
export function changeBytes(dice: Dice, frame: Uint8Array, other: Uint8Array): Buffer {
  let bytes: Buffer = Buffer.from(frame);
  for (let changes = 1 + dice.below(3); changes > 0 && bytes.length > 0; changes -= 1) bytes = changed(dice, bytes, other);
  // the length made right again, so that what is behind it is reached
  if (bytes.length >= 4 && !dice.oneIn(5)) bytes.writeUInt32BE(bytes.length - 4);
  return bytes;
}

function changed(dice: Dice, bytes: Buffer, other: Uint8Array): Buffer {
  const at = dice.below(bytes.length);
  switch (dice.below(10)) {
    case 0:
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << dice.below(8)), at);
      return bytes;
    case 1:
    case 2:
      bytes.writeUInt8(dice.one(TELLING), at);
      return bytes;
    case 3:
      // the dialect, the version, the type, or the count of attributes
      if (bytes.length >= 10) bytes.writeUInt8(dice.one(TELLING), 4 + dice.below(6));
      return bytes;
    case 4:
      if (bytes.length >= at + 4) bytes.writeUInt32BE(dice.one(LENGTHS), at);
      return bytes;
    case 5:
      if (bytes.length >= at + 2) bytes.writeUInt16BE(dice.oneIn(2) ? dice.below(65_536) : dice.below(20), at);
      return bytes;
    case 6:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(8))]);
    case 7: {
      const piece = bytes.subarray(at, at + 1 + dice.below(40));
      return Buffer.concat([bytes.subarray(0, at), ...Array.from({ length: 1 + dice.below(4) }, () => piece), bytes.subarray(at)]);
    }
    case 8:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(dice.below(other.length))]);
    default:
      return bytes.subarray(0, at);
  }
}
