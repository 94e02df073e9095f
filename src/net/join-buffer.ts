/** Up to so many bytes it is cheaper to copy the parts of a write into one buffer than to hand over each. */
export const JOIN_BYTES = 16 * 1024;

/**
 * One buffer in which the parts of small writes are put together, for all lines: what the kernel takes at once needs no
 * memory of its own, and fresh memory costs more than the copy.
 */
export class JoinBuffer {
  #bytes = Buffer.allocUnsafeSlow(JOIN_BYTES);
  #length = 0;

  /** Adds a part; all of them come to JOIN_BYTES at most. */
  add(part: Uint8Array): void {
    this.#bytes.set(part, this.#length);
    this.#length += part.byteLength;
  }

  /** The parts in one piece. It is overwritten by the next ones, unless `keep` is called before. */
  take(): Uint8Array {
    const joined = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return joined;
  }

  /** Somebody still reads what was taken last: it stays as it is. */
  keep(): void {
    this.#bytes = Buffer.allocUnsafeSlow(JOIN_BYTES);
  }
}
