import { isUtf8 } from 'node:buffer';

import { ProtocolError } from './errors.js';
import type { ProtocolErrorCode } from './errors.js';
import { findKey, keepKey } from './known-keys.js';
import { LONE_SURROGATE } from './layout.js';

/** The same bytes as a Buffer, not copied. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Reads a frame with every read checked against the end of what encloses it. Each method throws
 * ProtocolError with the offset of the field that is wrong, counted from the frame's first byte.
 */
export class Reader {
  /** Where the reader stands: the offset of the next byte. */
  position: number;
  /** Named in errors, as far as they are known. */
  messageType: number | undefined;
  attribute: number | undefined;

  #entriesLeft: number;
  readonly #bytes: Buffer;
  #end: number;

  /** `entries` is how many pairs may still come. */
  constructor(frame: Uint8Array, position: number, entries: number) {
    this.#entriesLeft = entries;
    this.#bytes = asBuffer(frame);
    this.#end = this.#bytes.length;
    this.position = position;
  }

  /** Bytes up to the end of the list, or outside of one of the frame. */
  get left(): number {
    return this.#end - this.position;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  u16(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  i32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  i64(): bigint {
    return this.#bytes.readBigInt64BE(this.#take(8));
  }

  f64(): number {
    return this.#bytes.readDoubleBE(this.#take(8));
  }

  /** A u32 that says how many bytes follow, checked against what is left. */
  length(): number {
    const at = this.#take(4);
    const length = this.#bytes.readUInt32BE(at);
    if (length > this.left) throw this.error('LengthOutOfBounds', `Length ${length} where ${this.left} bytes are left`, at);
    return length;
  }

  /** A u16 that says how many pairs of at least `least` bytes follow, checked before any of them is read. */
  count(least: number): number {
    const at = this.#take(2);
    const count = this.#bytes.readUInt16BE(at);
    if (count * least > this.left) throw this.error('LengthOutOfBounds', `Count ${count} where ${this.left} bytes are left`, at);
    this.#entriesLeft -= count;
    if (this.#entriesLeft < 0) throw this.error('TooManyEntries', `${count} pairs are more than may still come`, at);
    return count;
  }

  /** A key: u16 length of at least 1, then UTF-8. */
  key(): string {
    const at = this.#take(2);
    const length = this.#bytes.readUInt16BE(at);
    if (length === 0) throw this.error('EmptyKey', 'Empty key', at);
    if (length > this.left) throw this.error('LengthOutOfBounds', `Key length ${length} where ${this.left} bytes are left`, at);
    const start = this.position;
    const known = findKey(this.#bytes, start, length);
    if (known !== undefined) {
      this.position += length;
      return known;
    }
    const key = this.utf8(length);
    keepKey(key, this.#bytes, start, length);
    return key;
  }

  /** `length` bytes of UTF-8; a byte order mark is text like any other. */
  utf8(length: number): string {
    const start = this.#take(length);
    const text = this.#bytes.toString('utf8', start, this.position);
    // Every ill-formed sequence decodes to U+FFFD, so only text that holds one is looked at a second time.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, this.position))) {
      throw this.error('BadUtf8', 'Bad UTF-8', start);
    }
    return text;
  }

  /** `length` bytes of UTF-16BE; `length` is even. */
  utf16(length: number): string {
    const start = this.#take(length);
    const text = Buffer.from(this.#bytes.subarray(start, this.position)).swap16().toString('utf16le');
    if (LONE_SURROGATE.test(text)) throw this.error('BadUtf16', 'Lone surrogate', start);
    return text;
  }

  /** A copy of `length` bytes, so that a value that is kept does not keep the chunk it arrived in. */
  binary(length: number): Uint8Array {
    const start = this.#take(length);
    return new Uint8Array(this.#bytes.subarray(start, this.position));
  }

  /** Makes the next `length` bytes all that can be read; answers what `leave` needs. */
  enter(length: number): number {
    const outer = this.#end;
    this.#end = this.position + length;
    return outer;
  }

  /** Ends what `enter` began; throws where bytes are left over in it. */
  leave(outer: number): void {
    this.finish();
    this.#end = outer;
  }

  /** Throws where bytes are left over. */
  finish(): void {
    if (this.left > 0) throw this.error('BytesLeftOver', `${this.left} bytes left over`, this.position);
  }

  error(code: ProtocolErrorCode, what: string, offset: number): ProtocolError {
    return new ProtocolError(code, what, {
      offset,
      ...(this.messageType !== undefined && { messageType: this.messageType }),
      ...(this.attribute !== undefined && { attribute: this.attribute }),
    });
  }

  /** Moves past `size` bytes and answers where they began. */
  #take(size: number): number {
    const at = this.position;
    if (size > this.#end - at) {
      throw this.error('LengthOutOfBounds', `${size} bytes wanted where ${this.#end - at} are left`, at);
    }
    this.position = at + size;
    return at;
  }
}
