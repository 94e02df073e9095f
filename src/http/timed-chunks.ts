import type { Readable } from 'node:stream';
import type { Clock } from '../util/clock.js';
import { HttpFault } from './fault.js';
import { BODY_DRAIN_MS } from './limits.js';

export interface TimedOptions {
  readonly clock: Clock;
  /** How long the next chunk may take. */
  readonly idleMs: number;
  /** Ends the wait: the server closes. */
  readonly signal: AbortSignal;
}

/**
 * The chunks of a body. Throws HttpFault where the next does not come in time, or the server closes.
 * The body is left as it is when the reader stops, so that the connection can still carry the answer.
 */
export async function* timedChunks(body: Readable, { clock, idleMs, signal }: TimedOptions): AsyncGenerator<Uint8Array> {
  const chunks = body.iterator({ destroyOnReturn: false });
  try {
    for (;;) {
      const next = await raced(chunks.next(), clock, idleMs, signal);
      if (next.done === true) return;
      yield next.value as Uint8Array;
    }
  } finally {
    if (!body.readableEnded) drain(body, chunks, clock);
  }
}

/** Reads the rest away: a peer that still sends would not see its answer, and we would not see it leave. */
function drain(body: Readable, chunks: AsyncIterator<unknown>, clock: Clock): void {
  const cut = clock.after(BODY_DRAIN_MS, () => body.destroy());
  body.once('close', () => cut.cancel());
  // only a body without a reader flows
  void chunks.return?.().then(() => body.resume());
}

function raced<T>(awaited: Promise<T>, clock: Clock, idleMs: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => {
      reject(new HttpFault('InvalidParameter', `body: nothing came for ${idleMs / 1000} s, expected the rest of the file`, { status: 408, headers: { connection: 'close' } }));
    };
    const closing = (): void => reject(new HttpFault('ServerConnectionError', 'the gateway stops before the file has come'));
    if (signal.aborted) closing();
    const timer = clock.after(idleMs, late);
    signal.addEventListener('abort', closing, { once: true });
    awaited.then(resolve, reject).finally(() => {
      timer.cancel();
      signal.removeEventListener('abort', closing);
    });
  });
}
