import { ProtocolError } from '../codec/errors.js';
import type { ProtocolErrorCode } from '../codec/errors.js';

/**
 * What binary-parser does not check, as functions that the grammar hangs on its fields: it cuts a
 * string that is longer than the bytes left, knows no enclosing length, no depth and no UTF-16. Each
 * check gets the offset of its field (a saved offset of the parser) and throws ProtocolError.
 *
 * One object serves one parse at a time, which is enough: parsing is synchronous.
 */
export class Conformance {
  /** Ends of what encloses the parser's position, the innermost last. */
  #ends: number[] = [];
  #messageType = 0;
  #attribute: number | undefined;
  #entriesLeft = 0;

  /** `entries` is how many pairs may come. */
  begin(messageType: number, frameLength: number, entries: number): void {
    this.#entriesLeft = entries;
    this.#ends = [frameLength];
    this.#messageType = messageType;
    this.#attribute = undefined;
  }

  beginAttribute(id: number): void {
    this.#attribute = id;
  }

  endAttribute(): void {
    this.#attribute = undefined;
  }

  /** `size` bytes from `offset` on lie in what encloses them. */
  fits(offset: number, size: number, at = offset): void {
    const left = this.#end - offset;
    if (size > left) this.fail('LengthOutOfBounds', `${size} bytes wanted where ${left} are left`, at);
  }

  /** So many pairs follow; `at` is where that is said. */
  pairs(count: number, at: number): void {
    this.#entriesLeft -= count;
    if (this.#entriesLeft < 0) this.fail('TooManyEntries', `${count} pairs are more than may still come`, at);
  }

  /** From here to `end` is a list. */
  enter(end: number): void {
    this.#ends.push(end);
  }

  /** A list, or the frame, ends at `offset`. */
  leave(offset: number): void {
    const left = this.#end - offset;
    if (left > 0) this.fail('BytesLeftOver', `${left} bytes left over`, offset);
    this.#ends.pop();
  }

  /** Text in a given encoding; `at` is where it begins. */
  text(decoder: { decode(bytes: Uint8Array): string }, bytes: Uint8Array, code: ProtocolErrorCode, at: number): string {
    try {
      return decoder.decode(bytes);
    } catch {
      return this.fail(code, code === 'BadUtf8' ? 'Bad UTF-8' : 'Lone surrogate', at);
    }
  }

  fail(code: ProtocolErrorCode, what: string, offset: number): never {
    throw new ProtocolError(code, what, {
      offset,
      messageType: this.#messageType,
      ...(this.#attribute !== undefined && { attribute: this.#attribute }),
    });
  }

  get #end(): number {
    return this.#ends.at(-1) ?? 0;
  }
}
