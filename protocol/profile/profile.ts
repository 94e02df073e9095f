import type { Dialect, Message } from '../codec/message.js';
import type { Attribute } from '../codec/message.js';

/** What a receiver takes before it refuses; every number is a limit of the listener. */
export interface FrameLimits {
  /** Largest value of a frame's length field, in bytes. */
  readonly frameBytes: number;
  /** How deep key-value lists nest; the outermost is depth 1. */
  readonly listDepth: number;
  /** Attributes and pairs of one frame, those of nested lists included. */
  readonly entries: number;
}

/** Cuts a byte stream into frames, synchronously, without knowing what they say. */
export interface FrameSplitter {
  /**
   * Takes the next bytes of the stream and calls `onFrame` once per complete frame, in order. The
   * frame includes its length field. Throws ProtocolError when the stream cannot be read on; frames
   * that were complete before have been handed over by then.
   */
  push(chunk: Uint8Array): void;
  /** Bytes of an unfinished frame that are held. */
  readonly heldBytes: number;
  /** Changes the limits for frames that have not begun to be held (a client that has registered). */
  setLimits(limits: FrameLimits): void;
}

/** Attributes encoded once, to be sent to many connections behind attributes of their own. */
export interface SharedTail {
  readonly type: number;
  readonly dialect: Dialect;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/**
 * A wire profile: the only seam behind which frame layout, type tags and attribute numbers live.
 * Sessions and the engine see `Message` only, so another profile changes neither.
 */
export interface WireProfile {
  readonly name: string;
  splitter(limits: FrameLimits, onFrame: (frame: Uint8Array) => void): FrameSplitter;
  /** Reads one whole frame. Throws ProtocolError (offset counted from the frame's first byte). */
  decode(frame: Uint8Array, dialect: Dialect, limits: FrameLimits): Message;
  /** Writes one whole frame. Throws ProtocolError when a value does not fit its type. */
  encode(message: Message): Uint8Array;
  /** Encodes the part of a message that is the same for every receiver. */
  encodeTail(dialect: Dialect, type: number, attributes: readonly Attribute[]): SharedTail;
  /** The bytes of a message: `head` first, then the shared tail, whose buffer is not copied. */
  encodeWithTail(head: readonly Attribute[], tail: SharedTail): readonly Uint8Array[];
}
