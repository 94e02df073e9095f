/** Up to so many bytes it is cheaper to copy the parts of a write into one buffer than to hand over each. */
export const JOIN_BYTES = 16 * 1024;

/**
 * One buffer in which the parts of small writes are put together, for all lines: what the kernel takes at once needs no
 * memory of its own, and fresh memory costs more than the copy.
 */
export class JoinBuffer {
  #bytes = Buffer.allocUnsafeSlow(JOIN_BYTES);

  /** The parts, which come to `bytes` (JOIN_BYTES at most), in one piece. It is overwritten by the next call, unless `keep` is called before. */
  join(parts: readonly Uint8Array[], bytes: number): Uint8Array {
    let at = 0;
    for (const part of parts) {
      this.#bytes.set(part, at);
      at += part.byteLength;
    }
    return this.#bytes.subarray(0, bytes);
  }

  /** Somebody still reads what was joined last: it stays as it is. */
  keep(): void {
    this.#bytes = Buffer.allocUnsafeSlow(JOIN_BYTES);
  }
}
