import { ProtocolError } from '../../../protocol/index.js';

/** What a call ended in: its value, or what its ProtocolError says. Any other error is thrown on. */
export type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  | {
    readonly kind: 'error';
    readonly code: string;
    readonly offset: number;
    readonly messageType: number | undefined;
    readonly attribute: number | undefined;
  };

export function outcomeOf<T>(call: () => T): Outcome<T> {
  try {
    return { kind: 'value', value: call() };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const { code, offset, messageType, attribute } = error;
    return { kind: 'error', code, offset, messageType, attribute };
  }
}

/** The ProtocolError that the call throws; fails where it throws none. */
export function errorOf(call: () => unknown): ProtocolError {
  try {
    call();
  } catch (error) {
    if (error instanceof ProtocolError) return error;
    throw error;
  }
  throw new Error('no ProtocolError was thrown');
}
