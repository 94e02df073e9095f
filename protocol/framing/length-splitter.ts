import { LENGTH_BYTES } from '../codec/layout.js';
import type { FrameLimits, FrameSplitter } from '../profile/profile.js';
import { checkFrameLength } from './frame-length.js';

const EMPTY = Buffer.alloc(0);
const FIRST_CAPACITY = 64;

/**
 * Cuts a stream into frames by their u32 length field (wire profile 1, "Frame").
 *
 * A frame that lies within one chunk is handed over as a view of it. A frame that is cut is held in a
 * buffer of its own that doubles up to the frame's size: every byte is copied a bounded number of
 * times however small the chunks are, and neither many small chunks nor one large one are kept alive
 * for the few bytes of them that are held. A length that is refused is refused when its four bytes
 * are there, before anything is held for it.
 *
 * After `push` has thrown (its own error, or one of `onFrame`) the stream cannot be read on: what was
 * held is let go, and every later `push` throws the same error again.
 */
export class LengthSplitter implements FrameSplitter {
  readonly #onFrame: (frame: Uint8Array) => void;
  #limits: FrameLimits;
  #held: Buffer = EMPTY;
  #filled = 0;
  /** Size of the frame that is held, its length field included; 0 until that field is complete. */
  #size = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(limits: FrameLimits, onFrame: (frame: Uint8Array) => void) {
    this.#limits = limits;
    this.#onFrame = onFrame;
  }

  get heldBytes(): number {
    return this.#filled;
  }

  setLimits(limits: FrameLimits): void {
    this.#limits = limits;
  }

  push(chunk: Uint8Array): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      let at = 0;
      while (at < chunk.length) at = this.#filled > 0 ? this.#continue(chunk, at) : this.#begin(chunk, at);
    } catch (error) {
      this.#failure = { error };
      this.#release();
      throw error;
    }
  }

  /** At the first byte of a frame: hands it over if it is all there, else holds what is. Answers where to go on. */
  #begin(chunk: Uint8Array, at: number): number {
    const left = chunk.length - at;
    if (left >= LENGTH_BYTES) {
      this.#size = this.#checkedSize(chunk, at);
      if (left >= this.#size) {
        const end = at + this.#size;
        this.#size = 0;
        this.#onFrame(chunk.subarray(at, end));
        return end;
      }
    }
    return this.#hold(chunk, at, chunk.length);
  }

  /** Inside a frame: completes its length field first, then the frame. Answers where to go on. */
  #continue(chunk: Uint8Array, at: number): number {
    const target = this.#size === 0 ? LENGTH_BYTES : this.#size;
    const next = this.#hold(chunk, at, Math.min(chunk.length, at + target - this.#filled));
    if (this.#filled < target) return next;
    if (this.#size === 0) {
      this.#size = this.#checkedSize(this.#held, 0);
      return next;
    }
    const frame = this.#held.subarray(0, this.#filled);
    this.#release();
    this.#onFrame(frame);
    return next;
  }

  #checkedSize(bytes: Uint8Array, at: number): number {
    const length = new DataView(bytes.buffer, bytes.byteOffset + at, LENGTH_BYTES).getUint32(0);
    checkFrameLength(length, this.#limits.frameBytes);
    return LENGTH_BYTES + length;
  }

  #hold(chunk: Uint8Array, from: number, to: number): number {
    const needed = this.#filled + to - from;
    if (needed > this.#held.length) {
      const doubled = Math.max(needed, this.#held.length * 2, FIRST_CAPACITY);
      // Not from the shared pool: a slow sender's few bytes would keep a whole slab of it.
      const grown = Buffer.allocUnsafeSlow(this.#size === 0 ? doubled : Math.max(needed, Math.min(doubled, this.#size)));
      grown.set(this.#held.subarray(0, this.#filled));
      this.#held = grown;
    }
    this.#held.set(chunk.subarray(from, to), this.#filled);
    this.#filled = needed;
    return to;
  }

  #release(): void {
    this.#held = EMPTY;
    this.#filled = 0;
    this.#size = 0;
  }
}
