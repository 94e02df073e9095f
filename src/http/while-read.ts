import type { Clock } from '../util/clock.js';

export interface WhileReadOptions {
  readonly clock: Clock;
  /** limits.drainTimeout: how long the reader may take for a chunk, milliseconds. */
  readonly drainTimeoutMs: number;
  readonly onStall: () => void;
}

/** The chunks, and a call where nobody takes the next in time: a reader that has stalled would hold its connection, and what it reads from, for ever. */
export async function* whileRead<T>(chunks: AsyncIterable<T>, { clock, drainTimeoutMs, onStall }: WhileReadOptions): AsyncGenerator<T> {
  for await (const chunk of chunks) {
    const stalled = clock.after(drainTimeoutMs, onStall);
    try {
      yield chunk;
    } finally {
      stalled.cancel();
    }
  }
}
