import type { AttributeName, AttributeRow, MessageName, MessageRow } from '../dictionary/dictionary.js';
import type { AttributeType } from '../dictionary/spec.js';
import type { KvList, Value } from './value.js';

/** What an attribute of each type is in TypeScript. */
interface TypeMap {
  readonly int: number;
  readonly string: string;
  readonly kvlist: KvList;
  readonly long: bigint;
  readonly binary: Uint8Array;
}

export type AttributeValue<N extends AttributeName> = TypeMap[AttributeRow<N>['type']];

type Carried<N extends MessageName> = MessageRow<N>['carries'][number];
type Required<N extends MessageName> = MessageRow<N>['required'][number];

/** The attributes of a message by name; one that is undefined is not there. */
export type AttributesOf<N extends MessageName> =
  & { readonly [A in Required<N>]: AttributeValue<A> }
  & { readonly [A in Exclude<Carried<N>, Required<N>>]?: AttributeValue<A> | undefined };

export type AnyAttributeValue = TypeMap[AttributeType];

/** The value as the dictionary's type; undefined where it is of another. A wstring is taken where a string is wanted. */
export function unwrap(value: Value, type: AttributeType): AnyAttributeValue | undefined {
  if (value.type === 'masked') return undefined;
  return value.type === type || (value.type === 'wstring' && type === 'string') ? value.value : undefined;
}

/** The value of the dictionary's type. The pair of type and value is checked where names are: by `AttributesOf`. */
export function wrap(value: AnyAttributeValue, type: AttributeType): Value {
  return { type, value } as Value;
}
