/**
 * The shape of a dialect's dictionary. The dictionaries are data (`as const satisfies`); one
 * interpreter reads them, and the TypeScript types of messages and attributes derive from them.
 */

/** What a value of an attribute must be. A wstring is taken where a string is wanted. */
export type AttributeType = 'int' | 'string' | 'kvlist' | 'long' | 'binary';

/**
 * Who sends a message: `request` a client, `event` the gateway, `either` both (heartbeats). A client
 * that sends an `event` is wrong, not malformed.
 */
export type Direction = 'request' | 'event' | 'either';

export interface AttributeSpec {
  readonly id: number;
  readonly name: string;
  readonly type: AttributeType;
  /** A password: never shown in a trace, whatever the listener is told to show. */
  readonly secret?: true;
}

export interface MessageSpec<Name extends string = string> {
  readonly type: number;
  readonly name: string;
  readonly direction: Direction;
  /** Every attribute that the message may carry, in the order in which encoders write them. */
  readonly carries: readonly Name[];
  /** Those of them without which the message is wrong, whatever the state of the session. */
  readonly required: readonly Name[];
}
