import type { Socket } from 'node:net';
import type { Clock, TimerHandle } from '../util/clock.js';
import { Fifo } from '../util/fifo.js';
import type { CloseReason } from './close-reason.js';
import type { HeldShare } from './held-bytes.js';
import { JOIN_BYTES, JoinBuffer } from './join-buffer.js';
import type { WriteScheduler, WriteSource } from './write-scheduler.js';

/** Bytes given to the socket in one write: small enough that `flushedMarker` follows a slow client closely. */
const BATCH_BYTES = 64 * 1024;
/** Messages in one write; the kernel takes at most 1024 buffers (IOV_MAX) at once. */
const BATCH_MESSAGES = 256;
const NOTHING = new Uint8Array(0);
/** Writes are synchronous up to the kernel, so that all lines can share one. */
const joining = new JoinBuffer();

export interface OutboxLimits {
  /** limits.outboxBytes: what may wait for one client that does not read. */
  readonly outboxBytes: number;
  /** limits.drainTimeout, milliseconds: how long any byte may wait for the kernel to take it. */
  readonly drainTimeoutMs: number;
}

export interface OutboxOptions {
  readonly socket: Socket;
  readonly limits: OutboxLimits;
  readonly clock: Clock;
  readonly scheduler: WriteScheduler;
  readonly heldBytes: HeldShare;
  /** The outbox cannot keep its promise any more: the line is to be closed. */
  readonly onFull: (reason: Extract<CloseReason, 'outboxFull' | 'drainTimeout' | 'heldBytes'>) => void;
  /** The kernel has taken so many bytes. */
  readonly onFlushed: (bytes: number) => void;
  /** Nothing waits any more. */
  readonly onEmpty: () => void;
}

/** One message. */
interface Entry {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
  readonly marker: number | undefined;
}

/**
 * What waits for one client. Filling it is synchronous and never skips: bytes are either in the queue, in
 * order, or the line is closed with the reason (completion.md 3). One write is under way at a time, so
 * that what was flushed is known to the batch.
 *
 * The drain timer runs while the kernel refuses bytes. When it ends, everything that waited when it
 * was started must be gone; a client that reads, but slower than that, is closed as well.
 */
export class Outbox implements WriteSource {
  readonly #options: OutboxOptions;
  readonly #queue = new Fifo<Entry>();
  #waitingBytes = 0;
  #putBytes = 0;
  #flushedBytes = 0;
  #flushedMarker: number | undefined;
  #drainTimer: TimerHandle | undefined;
  /** Of the write that is under way. */
  #batchBytes = 0;
  #batchMarker: number | undefined;
  /** The kernel did not take the last write at once. */
  #keeps = false;
  #state: 'idle' | 'requested' | 'writing' | 'closed' = 'idle';

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Bytes that were put and that the kernel has not taken. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether nothing is queued or under way. */
  get empty(): boolean {
    return this.#queue.length === 0 && this.#state !== 'writing';
  }

  /** The highest marker whose bytes the kernel has taken; undefined as long as there is none. */
  get flushedMarker(): number | undefined {
    return this.#flushedMarker;
  }

  /**
   * Queues the chunks of one message, without a copy. Answers false when they do not fit, after
   * `onFull`, and when the outbox is closed.
   */
  put(chunks: readonly Uint8Array[], marker: number | undefined): boolean {
    if (this.#state === 'closed') return false;
    let bytes = 0;
    for (const chunk of chunks) bytes += chunk.byteLength;
    if (this.#waitingBytes + bytes > this.#options.limits.outboxBytes) return this.#refuse('outboxFull');
    if (!this.#options.heldBytes.tryHold(bytes)) return this.#refuse('heldBytes');
    this.#waitingBytes += bytes;
    this.#putBytes += bytes;
    this.#queue.push({ chunks, bytes, marker });
    this.#requestWrite();
    return true;
  }

  writeBatch(): number {
    if (this.#state !== 'requested') return 0;
    this.#state = 'writing';
    // a socket that keeps what it is given (TLS, or a client that is slow) would take the shared buffer with it each time
    const bytes = this.#waitingBytes <= JOIN_BYTES && !this.#keeps ? this.#writeJoined() : this.#writeParts();
    // A socket that holds nothing gave it all to the kernel: no need for a timer.
    if (this.#options.socket.writableLength > 0) this.#armDrainTimer();
    return bytes;
  }

  /** Gives up what waits. Nothing is called back any more. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#cancelDrainTimer();
    this.#queue.clear();
    this.#options.heldBytes.release(this.#waitingBytes);
    this.#waitingBytes = 0;
  }

  #refuse(reason: 'outboxFull' | 'heldBytes'): false {
    this.#options.onFull(reason);
    return false;
  }

  #requestWrite(): void {
    if (this.#state !== 'idle' || this.#queue.length === 0) return;
    this.#state = 'requested';
    this.#options.scheduler.request(this);
  }

  /** All that waits, in one piece. What the kernel takes at once needs no callback: with thousands of lines those are a fifth of the work. */
  #writeJoined(): number {
    const { socket } = this.#options;
    const bytes = this.#takeBatch((chunk) => joining.add(chunk));
    socket.write(joining.take());
    if (socket.writableLength === 0) {
      // where the write failed, the socket tells of it
      if (socket.errored === null) this.#written();
      return bytes;
    }
    this.#keeps = true;
    joining.keep();
    socket.write(NOTHING, this.#written);
    return bytes;
  }

  #writeParts(): number {
    const { socket } = this.#options;
    socket.cork();
    const bytes = this.#takeBatch((chunk) => socket.write(chunk));
    socket.write(NOTHING, this.#written);
    socket.uncork();
    this.#keeps = socket.writableLength > 0;
    return bytes;
  }

  /** Takes the messages of the next write out of the queue. */
  #takeBatch(take: (chunk: Uint8Array) => void): number {
    let bytes = 0;
    this.#batchMarker = undefined;
    for (let left = BATCH_MESSAGES; left > 0 && bytes < BATCH_BYTES; left -= 1) {
      const entry = this.#queue.shift();
      if (entry === undefined) break;
      for (const chunk of entry.chunks) take(chunk);
      bytes += entry.bytes;
      this.#batchMarker = entry.marker ?? this.#batchMarker;
    }
    this.#batchBytes = bytes;
    return bytes;
  }

  /** The socket tells of a failed write by its own 'error', after which the line closes this outbox. */
  readonly #written = (error?: Error | null): void => {
    if (error || this.#state === 'closed') return;
    this.#state = 'idle';
    this.#waitingBytes -= this.#batchBytes;
    this.#flushedBytes += this.#batchBytes;
    this.#flushedMarker = this.#batchMarker ?? this.#flushedMarker;
    this.#options.heldBytes.release(this.#batchBytes);
    this.#options.onFlushed(this.#batchBytes);
    if (this.#queue.length > 0) return this.#requestWrite();
    this.#cancelDrainTimer();
    this.#options.onEmpty();
  };

  #armDrainTimer(): void {
    if (this.#drainTimer !== undefined) return;
    const mark = this.#putBytes;
    this.#drainTimer = this.#options.clock.after(this.#options.limits.drainTimeoutMs, () => {
      this.#drainTimer = undefined;
      if (this.#flushedBytes < mark) this.#options.onFull('drainTimeout');
      else this.#armDrainTimer();
    });
  }

  #cancelDrainTimer(): void {
    this.#drainTimer?.cancel();
    this.#drainTimer = undefined;
  }
}
