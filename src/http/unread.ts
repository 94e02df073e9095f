import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Limits } from '../config/deployment.js';
import type { Clock, TimerHandle } from '../util/clock.js';
import { ANSWER_HEAD_BYTES, DRAIN_LOOKS } from './limits.js';

/** Why a connection is closed that does not take its answers; the names are those of the frame listeners. */
export const unreadReasons = {
  outboxFull: 'more bytes of answers waited for the client than limits.outboxBytes',
  drainTimeout: 'the client took nothing of what waited for it within limits.drainTimeout',
  heldBytes: 'all connections together held more than limits.heldBytes, and this one most',
} as const satisfies Record<string, string>;

export type UnreadReason = keyof typeof unreadReasons;

/** What is shared with the other listeners. */
export interface HeldBudget {
  /** The share of a connection; `giveWay` has to release what it holds. */
  share(giveWay: () => void): { tryHold(bytes: number): boolean; release(bytes: number): void };
}

export interface UnreadParts {
  readonly deployment: { readonly limits: Pick<Limits, 'outboxBytes' | 'drainTimeoutMs'> };
  readonly clock: Clock;
  readonly held: HeldBudget;
  /** A connection was closed for what it has not taken. */
  unreadClosed(reason: UnreadReason): void;
}

/**
 * The answers that connections have not taken. The server keeps them all, whoever reads them: answers behind the first wait in the
 * responses, not in the socket, so that it is the answers that are counted. A stream is not: it is made as it is read.
 */
export class UnreadAnswers {
  readonly #bySocket = new WeakMap<Socket, UnreadOfSocket>();

  constructor(private readonly parts: UnreadParts) {}

  /** Counts an answer that is about to be sent, until the system has it or the connection is gone. Closes the connection where that is too much. */
  add(response: ServerResponse, socket: Socket, payloadBytes: number): void {
    // it would never be told that it is gone
    if (socket.destroyed) return;
    let unread = this.#bySocket.get(socket);
    if (unread === undefined) this.#bySocket.set(socket, (unread = new UnreadOfSocket(socket, this.parts)));
    unread.add(response, ANSWER_HEAD_BYTES + payloadBytes);
  }
}

/** Holds every answer against limits.outboxBytes, limits.heldBytes and limits.drainTimeout. */
export function limitUnread(app: FastifyInstance, unread: UnreadAnswers): void {
  app.addHook('onSend', async ({ raw: { socket } }, { raw }, payload: unknown) => unread.add(raw, socket, sizeOf(payload)));
}

function sizeOf(payload: unknown): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return payload instanceof Uint8Array ? payload.byteLength : 0;
}

class UnreadOfSocket {
  readonly #share;
  #waitingBytes = 0;
  #gone = false;
  #look: TimerHandle | undefined;

  constructor(private readonly socket: Socket, private readonly parts: UnreadParts) {
    this.#share = parts.held.share(() => this.#close('heldBytes'));
    // answers behind the first are not told that the connection is gone
    socket.once('close', () => this.#leave());
  }

  add(response: ServerResponse, bytes: number): void {
    if (this.#gone) return;
    // one that is longer can be had by itself: it could not be had at all otherwise
    if (this.#waitingBytes > 0 && this.#waitingBytes + bytes > this.parts.deployment.limits.outboxBytes) return this.#close('outboxFull');
    if (!this.#share.tryHold(bytes)) return this.#close('heldBytes');
    this.#waitingBytes += bytes;
    response.once('close', () => this.#taken(bytes));
    if (this.#look === undefined) this.#watch(this.#takenBytes, this.parts.clock.now());
  }

  #taken(bytes: number): void {
    if (this.#gone) return;
    this.#waitingBytes -= bytes;
    this.#share.release(bytes);
    if (this.#waitingBytes > 0) return;
    this.#look?.cancel();
    this.#look = undefined;
  }

  /** Bytes that the system has had from this connection. */
  get #takenBytes(): number {
    return this.socket.bytesWritten - this.socket.writableLength;
  }

  /** Nothing may wait longer than limits.drainTimeout while nothing is taken. An answer that waits for the one before it, which is not there yet, is not the client's fault. */
  #watch(takenBytes: number, sinceMs: number): void {
    const { clock, deployment: { limits: { drainTimeoutMs } } } = this.parts;
    this.#look = clock.after(drainTimeoutMs / DRAIN_LOOKS, () => {
      const [taken, now] = [this.#takenBytes, clock.now()];
      if (this.socket.writableLength === 0 || taken !== takenBytes) return this.#watch(taken, now);
      if (now - sinceMs >= drainTimeoutMs) return this.#close('drainTimeout');
      this.#watch(taken, sinceMs);
    });
  }

  #close(reason: UnreadReason): void {
    this.parts.unreadClosed(reason);
    this.#leave();
    this.socket.destroy();
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#look?.cancel();
    this.#share.release(this.#waitingBytes);
    this.#waitingBytes = 0;
  }
}
