import { DEFAULT_LIMITS, type Dialect, ocm1, ProtocolError, type ReadMessage, readMessage, referenceIdOf, type Wrong } from '../../protocol/index.js';

/** The default of limits.frameBytesBeforeRegistration. */
const BEFORE_REGISTRATION = 64 * 1024;

/** What a gateway has to make of a stream of bytes. */
export interface Expected {
  /** Whole frames that can be read, in order. */
  readonly served: readonly (ReadMessage | Wrong)[];
  readonly end:
    /** The stream ends behind a whole frame. */
    | { readonly kind: 'whole' }
    /** The last frame has not come whole. */
    | { readonly kind: 'cut' }
    | { readonly kind: 'malformed'; readonly error: ProtocolError }
    /** A length whose limit depends on when the gateway has read that the client registers. */
    | { readonly kind: 'either' };
  /** Whether the client has asked to register by the end. */
  readonly registers: boolean;
}

/** Reads a stream as the gateway does, by the same codec. What it does with messages is the gateway's. */
export function expectedOf(bytes: Uint8Array, dialect: Dialect, registered: boolean): Expected {
  const served: (ReadMessage | Wrong)[] = [];
  let registers = registered;
  let pending = bytes.length;
  const splitter = ocm1.splitter(DEFAULT_LIMITS, (frame) => {
    if (!registered && frame.length - 4 > BEFORE_REGISTRATION) throw new Ambiguous();
    const read = readMessage(ocm1.decode(frame, dialect, DEFAULT_LIMITS));
    served.push(read);
    registers ||= read.kind === 'message' && asksToRegister(read);
    pending -= frame.length;
  });
  try {
    splitter.push(bytes);
  } catch (error) {
    if (error instanceof Ambiguous) return { served, end: { kind: 'either' }, registers };
    if (error instanceof ProtocolError) return { served, end: { kind: 'malformed', error }, registers };
    throw error;
  }
  if (pending === 0) return { served, end: { kind: 'whole' }, registers };
  const cutLength = pending >= 4 ? new DataView(bytes.buffer, bytes.byteOffset + bytes.length - pending, 4).getUint32(0) : 0;
  return { served, end: { kind: !registered && cutLength > BEFORE_REGISTRATION ? 'either' : 'cut' }, registers };
}

class Ambiguous extends Error {}

function asksToRegister({ name, message }: ReadMessage): boolean {
  return name === 'RequestRegisterClient' || (name === 'GSW_CM_ReqRegisterClient' && referenceIdOf(message) !== 0);
}
