/** A codec at one message: what the benchmark calls again and again. */
export interface Codec {
  readonly name: string;
  /** The message as it comes from the network. */
  readonly bytes: Uint8Array;
  /** Reads one message; `reads` is what it has to answer. */
  readonly decode: (bytes: Uint8Array) => unknown;
  readonly reads: unknown;
  /** Writes the message. Absent where the codec only reads. */
  readonly encode?: () => Uint8Array;
}
