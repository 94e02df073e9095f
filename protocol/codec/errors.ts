/** Why bytes, a trace or a value could not be read or written. Tests and callers read codes, never texts. */
export type ProtocolErrorCode =
  | 'FrameTooShort'
  | 'FrameTooLong'
  | 'UnknownDialect'
  | 'WrongDialect'
  | 'UnknownVersion'
  | 'UnknownTag'
  | 'LengthOutOfBounds'
  | 'BytesLeftOver'
  | 'BadUtf8'
  | 'BadUtf16'
  | 'OddWstringLength'
  | 'EmptyKey'
  | 'NestingTooDeep'
  | 'TooManyEntries'
  | 'ValueOutOfRange'
  | 'BadTrace';

export interface ProtocolErrorContext {
  /** Byte offset from the first byte of the frame's length field (in a trace: the line number). */
  readonly offset: number;
  readonly messageType?: number;
  readonly attribute?: number;
}

/** Malformed input, or a value that cannot be encoded. Says what and at which byte offset (in a trace: at which line). */
export class ProtocolError extends Error {
  readonly code: ProtocolErrorCode;
  readonly offset: number;
  readonly messageType: number | undefined;
  readonly attribute: number | undefined;

  constructor(code: ProtocolErrorCode, what: string, context: ProtocolErrorContext) {
    super(`${what} at ${code === 'BadTrace' ? 'line' : 'byte offset'} ${context.offset}`);
    this.name = 'ProtocolError';
    this.code = code;
    this.offset = context.offset;
    this.messageType = context.messageType;
    this.attribute = context.attribute;
  }
}
