import { ProtocolError } from './errors.js';
import type { ProtocolErrorCode } from './errors.js';
import { LONE_SURROGATE, MAX_U16 } from './layout.js';

const FIRST_CAPACITY = 256;
const MAX_BYTES_PER_UNIT = 3;
/** Up to here a loop over ASCII is faster than the call that encodes any text: names and values of lists are short. */
const SHORT_TEXT = 64;
const MAX_ASCII = 0x7f;
const MIN_I32 = -0x8000_0000;
const MAX_I32 = 0x7fff_ffff;

/**
 * Writes big-endian fields into a buffer that grows. Values that their field cannot hold throw
 * ProtocolError with the offset at which they would have stood.
 */
export class Writer {
  position = 0;
  /** Named in errors, as far as they are known. */
  messageType: number | undefined;
  attribute: number | undefined;

  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY);

  /** What has been written. The writer must not be used after. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.position);
  }

  u8(value: number): void {
    const at = this.#advance(1);
    this.#bytes.writeUInt8(value, at);
  }

  u16(value: number, what: string): void {
    if (!Number.isInteger(value) || value < 0 || value > MAX_U16) this.#outOfRange(what, value);
    const at = this.#advance(2);
    this.#bytes.writeUInt16BE(value, at);
  }

  i32(value: number): void {
    if (!Number.isInteger(value) || value < MIN_I32 || value > MAX_I32) this.#outOfRange('int', value);
    const at = this.#advance(4);
    this.#bytes.writeInt32BE(value, at);
  }

  i64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) this.#outOfRange('long', value);
    const at = this.#advance(8);
    this.#bytes.writeBigInt64BE(value, at);
  }

  /** Every NaN is written as the same bytes, so that equal messages are equal bytes. */
  f64(value: number): void {
    const at = this.#advance(8);
    if (Number.isNaN(value)) this.#bytes.writeBigUInt64BE(0x7ff8_0000_0000_0000n, at);
    else this.#bytes.writeDoubleBE(value, at);
  }

  bytes(value: Uint8Array): void {
    const at = this.#advance(value.length);
    this.#bytes.set(value, at);
  }

  /** A u32 length, then the bytes that `write` writes; `beyond` more are sent behind them, which the length counts. */
  sized(write: () => void, beyond = 0): void {
    const at = this.#advance(4);
    write();
    this.#bytes.writeUInt32BE(this.position - at - 4 + beyond, at);
  }

  /** A key: u16 length of at least 1, then UTF-8. */
  key(value: string): void {
    const at = this.position;
    if (value.length === 0) throw this.error('EmptyKey', 'Empty key', at);
    this.#advance(2);
    this.#utf8(value);
    const length = this.position - at - 2;
    if (length > MAX_U16) throw this.error('ValueOutOfRange', `Key of ${length} bytes`, at);
    this.#bytes.writeUInt16BE(length, at);
  }

  /** A u32 length, then UTF-8. */
  text(value: string): void {
    const at = this.#advance(4);
    this.#utf8(value);
    this.#bytes.writeUInt32BE(this.position - at - 4, at);
  }

  utf16(value: string): void {
    this.#refuseLoneSurrogate(value);
    const at = this.#advance(value.length * 2);
    this.#bytes.write(value, at, 'utf16le');
    this.#bytes.subarray(at, this.position).swap16();
  }

  error(code: ProtocolErrorCode, what: string, offset: number): ProtocolError {
    return new ProtocolError(code, what, {
      offset,
      ...(this.messageType !== undefined && { messageType: this.messageType }),
      ...(this.attribute !== undefined && { attribute: this.attribute }),
    });
  }

  #utf8(value: string): void {
    this.#reserve(value.length * MAX_BYTES_PER_UNIT);
    if (value.length <= SHORT_TEXT && this.#ascii(value)) return;
    this.#refuseLoneSurrogate(value);
    this.position += this.#bytes.write(value, this.position, 'utf8');
  }

  /** Writes text that is ASCII; says false, and has moved nowhere, where it is not. There is room for it. */
  #ascii(value: string): boolean {
    const bytes = this.#bytes;
    const start = this.position;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > MAX_ASCII) return false;
      bytes[start + index] = code;
    }
    this.position += value.length;
    return true;
  }

  #outOfRange(what: string, value: number | bigint): never {
    throw this.error('ValueOutOfRange', `${what} ${value} is out of range`, this.position);
  }

  #refuseLoneSurrogate(value: string): void {
    if (LONE_SURROGATE.test(value)) throw this.error('BadUtf16', 'Lone surrogate', this.position);
  }

  #advance(size: number): number {
    this.#reserve(size);
    const at = this.position;
    this.position += size;
    return at;
  }

  #reserve(size: number): void {
    const needed = this.position + size;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.position));
    this.#bytes = grown;
  }
}
