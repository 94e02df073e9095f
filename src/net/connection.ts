import type { Socket } from 'node:net';
import type { FrameLimits } from '../../protocol/profile/profile.js';
import type { Clock, TimerHandle } from '../util/clock.js';
import type { CloseReason } from './close-reason.js';
import type { HeldBytes, HeldShare } from './held-bytes.js';
import { Inbox } from './inbox.js';
import type { FrameSource, InputHandlers } from './inbox.js';
import type { NetCounters } from './net-counters.js';
import { Outbox } from './outbox.js';
import type { OutboxLimits } from './outbox.js';
import type { WriteScheduler } from './write-scheduler.js';

/** How long a half-closed line is read on, so that unread bytes do not turn the last answer into a reset (protocol/README.md, "Malformed"). */
const LINGER_MS = 1000;

/** What the session of a line is told. After onEnd and onMalformed the line is finished by itself, unless it already is. */
export interface ConnectionHandlers extends InputHandlers {
  /** Bytes have come, whole frames or not: the client is alive. */
  readonly onBytes?: () => void;
  /** The client has ended its side, or the line is gone; what has come before may still be being served. Called at least once. */
  readonly onPeerEnd?: () => void;
  /** The line is gone. Called once, whatever happened, never from within `send`, `finish` or `close`. */
  readonly onClose: (reason: CloseReason, cause?: Error) => void;
}

/** What the lines of all listeners share. */
export interface NetShared {
  readonly clock: Clock;
  readonly scheduler: WriteScheduler;
  readonly heldBytes: HeldBytes;
  readonly counters: NetCounters;
}

export interface ConnectionOptions extends NetShared {
  readonly socket: Socket;
  /** The number in the brackets of the trace. */
  readonly number: number;
  readonly remoteAddress: string;
  readonly source: FrameSource;
  readonly frameLimits: FrameLimits;
  readonly outboxLimits: OutboxLimits;
  /** Gives the line its session. The line is whole by then, but nothing has been read. */
  readonly accept: (connection: Connection) => ConnectionHandlers;
}

/** One line of a client: frames in, one at a time; bytes out, never waiting. Knows no message. */
export class Connection {
  readonly number: number;
  readonly remoteAddress: string;
  readonly #options: ConnectionOptions;
  readonly #socket: Socket;
  readonly #heldBytes: HeldShare;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #handlers: ConnectionHandlers;
  #state: 'open' | 'finishing' | 'closed' = 'open';
  #reason: CloseReason | undefined;
  /** Why the line is finished when its last input is served, where that is not the client's doing. */
  #endReason: CloseReason | undefined;
  #cause: Error | undefined;
  #inputHeld = 0;
  #linger: TimerHandle | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.number = options.number;
    this.remoteAddress = options.remoteAddress;
    this.#socket = options.socket;
    this.#heldBytes = options.heldBytes.share(() => this.close('heldBytes'));
    this.#outbox = new Outbox({
      socket: options.socket,
      limits: options.outboxLimits,
      clock: options.clock,
      scheduler: options.scheduler,
      heldBytes: this.#heldBytes,
      onFull: (reason) => this.close(reason),
      onFlushed: (bytes) => (options.counters.bytesOut += bytes),
      onEmpty: () => this.#halfClose(),
    });
    this.#inbox = new Inbox(options.source, options.frameLimits, this.#inputHandlers(), () => this.#readOn());
    this.#handlers = options.accept(this);
    this.#listen();
  }

  /** False once the line is finished or closed: what is sent then goes nowhere. */
  get open(): boolean {
    return this.#state === 'open';
  }

  /** Whether bytes of the client would be noticed now: not while a frame is being served (see Heartbeat). */
  get reading(): boolean {
    return !this.#inbox.busy;
  }

  /** Bytes sent that the kernel has not taken. */
  get waitingBytes(): number {
    return this.#outbox.waitingBytes;
  }

  /** The highest marker given to `send` whose bytes the kernel has taken; holds its value after the close. */
  get flushedMarker(): number | undefined {
    return this.#outbox.flushedMarker;
  }

  /**
   * Queues one message (or its parts, whose buffers are not copied and must not change). Never blocks or
   * throws. Answers false when the line is finished or closed, or is closed now because the bytes do not
   * fit (`outboxFull`, `heldBytes`). `marker` is a position that rises from call to call.
   */
  send(bytes: Uint8Array | readonly Uint8Array[], marker?: number): boolean {
    if (this.#state !== 'open') return false;
    return this.#outbox.put(bytes instanceof Uint8Array ? [bytes] : bytes, marker);
  }

  /**
   * Ends the line so that the client gets everything sent so far, and `lastBytes`: writes, half-closes,
   * reads on for at most a second (what comes is discarded), then closes. A second call does nothing.
   */
  finish(reason: CloseReason, lastBytes?: Uint8Array | readonly Uint8Array[]): void {
    if (this.#state !== 'open') return;
    if (lastBytes !== undefined && !this.send(lastBytes)) return;
    this.#state = 'finishing';
    this.#reason = reason;
    this.#inbox.stop();
    this.#accountInput();
    this.#socket.resume();
    if (this.#outbox.empty) this.#halfClose();
  }

  /** Takes no more of the client, serves every whole frame that has come, and finishes the line. */
  drain(reason: CloseReason): void {
    this.#endReason ??= reason;
    this.#inbox.end();
  }

  /** Ends the line now; what waits is given up. The first reason given to `finish` or `close` counts. */
  close(reason: CloseReason): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#reason ??= reason;
    this.#linger?.cancel();
    this.#outbox.close();
    this.#inbox.stop();
    this.#accountInput();
    this.#socket.destroy();
  }

  /**
   * Counts bytes that a request of this line keeps in memory, until the function it answers is called, once. Where the budget of
   * all lines is spent, and none holds more, the line is closed.
   */
  hold(bytes: number): () => void {
    if (this.#heldBytes.tryHold(bytes)) return () => this.#heldBytes.release(bytes);
    this.close('heldBytes');
    return () => undefined;
  }

  /** Other limits for the frames to come: a registered client may send larger ones. */
  setFrameLimits(limits: FrameLimits): void {
    this.#inbox.setLimits(limits);
  }

  #inputHandlers(): InputHandlers {
    return {
      onFrame: (frame) => {
        this.#options.counters.framesIn += 1;
        return this.#handlers.onFrame(frame);
      },
      onMalformed: (error) => this.#serveLast('malformed', () => this.#handlers.onMalformed(error)),
      onEnd: () => this.#serveLast(this.#endReason ?? 'peer', () => this.#handlers.onEnd()),
      onFailure: (error) => this.#handlers.onFailure(error),
    };
  }

  /** Serves the last input of the line and finishes it, even where serving fails. */
  #serveLast(reason: CloseReason, serve: () => void | Promise<void>): void | Promise<void> {
    let served: void | Promise<void> = undefined;
    try {
      served = serve();
    } finally {
      if (!(served instanceof Promise)) this.finish(reason);
    }
    return served instanceof Promise ? served.finally(() => this.finish(reason)) : undefined;
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('end', () => {
      this.#handlers.onPeerEnd?.();
      this.#inbox.end();
    });
    socket.on('finish', () => this.#lingerOn('peer'));
    socket.on('error', (error) => {
      this.#cause = error;
      this.close('socketError');
    });
    socket.on('close', () => {
      this.close('peer');
      this.#options.counters.open -= 1;
      const reason = this.#reason ?? 'peer';
      this.#options.counters.closed[reason] += 1;
      this.#handlers.onPeerEnd?.();
      this.#handlers.onClose(reason, this.#cause);
    });
    this.#options.counters.open += 1;
  }

  #read(chunk: Uint8Array): void {
    this.#options.counters.bytesIn += chunk.byteLength;
    this.#handlers.onBytes?.();
    if (this.#state !== 'open') return;
    this.#inbox.push(chunk);
    if (this.#inbox.busy) this.#socket.pause();
    this.#accountInput();
  }

  #readOn(): void {
    this.#accountInput();
    this.#socket.resume();
  }

  /** Half-sent frames count against the budget like unsent answers do: both are memory a client can claim. */
  #accountInput(): void {
    const held = this.#inbox.heldBytes;
    if (held <= this.#inputHeld) this.#heldBytes.release(this.#inputHeld - held);
    else if (!this.#heldBytes.tryHold(held - this.#inputHeld)) return this.close('heldBytes');
    this.#inputHeld = held;
  }

  #halfClose(): void {
    if (this.#state === 'finishing' && !this.#socket.writableEnded) this.#socket.end();
  }

  #lingerOn(reason: CloseReason): void {
    if (this.#state === 'finishing') this.#linger = this.#options.clock.after(LINGER_MS, () => this.close(reason));
  }
}
