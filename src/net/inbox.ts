import { ProtocolError } from '../../protocol/codec/errors.js';
import type { FrameLimits, FrameSplitter, WireProfile } from '../../protocol/profile/profile.js';
import { Fifo } from '../util/fifo.js';

/** What the bytes of a client come to, in the order of arrival. A promise delays what comes next. */
export interface InputHandlers {
  /** One whole frame, its length field included. */
  readonly onFrame: (frame: Uint8Array) => void | Promise<void>;
  /** The stream cannot be read on; every whole frame before was served. Nothing comes after it. */
  readonly onMalformed: (error: ProtocolError) => void | Promise<void>;
  /** The client has ended its stream; every whole frame was served. Nothing comes after it. */
  readonly onEnd: () => void | Promise<void>;
  /** A handler above threw or rejected. What comes next is served all the same, unless the line is closed. */
  readonly onFailure: (error: unknown) => void;
}

/** The only part of a wire profile that a line needs. */
export type FrameSource = Pick<WireProfile, 'splitter'>;

type Input =
  | { readonly kind: 'frame'; readonly frame: Uint8Array }
  | { readonly kind: 'malformed'; readonly error: ProtocolError }
  | { readonly kind: 'end' };

/** Frames of a line that are served without the loop being given back: a chunk holds thousands of small ones, and other lines wait meanwhile. */
const FRAMES_A_TURN = 32;

/**
 * Serves the frames of one line one at a time, and some of them in each turn of the event loop. Frames that arrive while one is being served wait here;
 * whoever fills the inbox stops reading while it is busy, which bounds what waits to a chunk.
 */
export class Inbox {
  readonly #handlers: InputHandlers;
  readonly #onIdle: () => void;
  readonly #splitter: FrameSplitter;
  readonly #waiting = new Fifo<Input>();
  #waitingBytes = 0;
  #state: 'idle' | 'serving' | 'stopped' = 'idle';
  #ended = false;
  /** Of those that waited. */
  #servedThisTurn = 0;

  constructor(source: FrameSource, limits: FrameLimits, handlers: InputHandlers, onIdle: () => void) {
    this.#handlers = handlers;
    this.#onIdle = onIdle;
    this.#splitter = source.splitter(limits, (frame) => this.#take({ kind: 'frame', frame }));
  }

  get busy(): boolean {
    return this.#state === 'serving';
  }

  /** Bytes of frames that wait and of the frame that has not come whole. */
  get heldBytes(): number {
    if (this.#state === 'stopped') return 0;
    return this.#splitter.heldBytes + this.#waitingBytes;
  }

  setLimits(limits: FrameLimits): void {
    this.#splitter.setLimits(limits);
  }

  push(chunk: Uint8Array): void {
    if (this.#ended || this.#state === 'stopped') return;
    try {
      this.#splitter.push(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#ended = true;
      this.#take({ kind: 'malformed', error });
    }
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#take({ kind: 'end' });
  }

  /** Drops what waits; nothing is served any more. A handler that still runs may yet report its failure. */
  stop(): void {
    this.#state = 'stopped';
    this.#waiting.clear();
    this.#waitingBytes = 0;
  }

  #take(input: Input): void {
    if (this.#state === 'idle') return this.#serve(input);
    if (this.#state === 'stopped') return;
    this.#waiting.push(input);
    if (input.kind === 'frame') this.#waitingBytes += input.frame.byteLength;
  }

  #serve(input: Input): void {
    try {
      const served = this.#call(input);
      if (!(served instanceof Promise)) return;
      this.#serving();
      void served.catch((error: unknown) => this.#fail(error)).then(() => this.#next());
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Not when the handler has closed the line before it answered its promise. */
  #serving(): void {
    if (this.#state === 'idle') this.#state = 'serving';
  }

  #call(input: Input): void | Promise<void> {
    switch (input.kind) {
      case 'frame':
        return this.#handlers.onFrame(input.frame);
      case 'malformed':
        return this.#handlers.onMalformed(input.error);
      case 'end':
        return this.#handlers.onEnd();
    }
  }

  #fail(error: unknown): void {
    this.#handlers.onFailure(error);
  }

  #next(): void {
    if (this.#state === 'serving') this.#state = 'idle';
    while (this.#state === 'idle') {
      if (this.#servedThisTurn === FRAMES_A_TURN) return this.#goOnNextTurn();
      const input = this.#waiting.shift();
      if (input === undefined) {
        this.#servedThisTurn = 0;
        return this.#onIdle();
      }
      this.#servedThisTurn += 1;
      if (input.kind === 'frame') this.#waitingBytes -= input.frame.byteLength;
      this.#serve(input);
    }
  }

  #goOnNextTurn(): void {
    this.#state = 'serving';
    setImmediate(() => {
      this.#servedThisTurn = 0;
      this.#next();
    });
  }
}
