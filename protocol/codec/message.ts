import type { Value } from './value.js';

/** The two languages that share the frame layout; a listener speaks exactly one of them. */
export type Dialect = 'GSW_CM' | 'T';

/** One attribute as it stood on the wire. Unknown ids are carried. */
export interface Attribute {
  readonly id: number;
  readonly value: Value;
}

/** A decoded message: every attribute in the order of arrival, repeated and unknown ones included. */
export interface Message {
  readonly dialect: Dialect;
  readonly type: number;
  readonly attributes: readonly Attribute[];
}
