import { Duplex } from 'node:stream';

/** One end of a line in memory. */
class LineEnd extends Duplex {
  other: LineEnd | undefined;
  #inputOver = false;
  #readMore: (() => void) | undefined;

  override _read(): void {
    const readMore = this.#readMore;
    this.#readMore = undefined;
    readMore?.();
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    if (this.other === undefined) done();
    else this.other.arrive(chunk, done);
  }

  override _final(done: () => void): void {
    this.other?.arriveEnd();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.other?.arriveEnd();
    done(error);
  }

  arrive(chunk: Buffer, done: () => void): void {
    if (this.destroyed || this.#inputOver || this.push(chunk)) done();
    else this.#readMore = done;
  }

  arriveEnd(): void {
    if (this.destroyed || this.#inputOver) return;
    this.#inputOver = true;
    this.push(null);
  }
}

/** Two ends of a line in memory: what one writes the other reads, the end of the stream included. */
export function duplexPair(): [Duplex, Duplex] {
  const one = new LineEnd({ allowHalfOpen: true });
  const other = new LineEnd({ allowHalfOpen: true });
  one.other = other;
  other.other = one;
  return [one, other];
}
