/**
 * Values of wire profile 1 as TypeScript sees them: one tagged union, so that the tag of a value
 * that came in is never guessed again on its way out (protocol/README.md, "Value").
 */
export type Value =
  | { readonly type: 'masked' }
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'binary'; readonly value: Uint8Array }
  | { readonly type: 'kvlist'; readonly value: KvList }
  | { readonly type: 'wstring'; readonly value: string }
  | { readonly type: 'long'; readonly value: bigint }
  | { readonly type: 'float'; readonly value: number };

/** One key-value pair. Order is kept and keys may repeat. */
export interface Pair {
  readonly key: string;
  readonly value: Value;
}

export type KvList = readonly Pair[];
export type ValueType = Value['type'];

export const MASKED: Value = { type: 'masked' };
export const int = (value: number): Value => ({ type: 'int', value });
export const long = (value: bigint): Value => ({ type: 'long', value });
export const string = (value: string): Value => ({ type: 'string', value });
export const kvlist = (value: KvList): Value => ({ type: 'kvlist', value });
export const binary = (value: Uint8Array): Value => ({ type: 'binary', value });
export const wstring = (value: string): Value => ({ type: 'wstring', value });
export const float = (value: number): Value => ({ type: 'float', value });

/** The text of a value of either text type; undefined where it is of another, or absent. */
export function textOf(value: Value | undefined): string | undefined {
  return value?.type === 'string' || value?.type === 'wstring' ? value.value : undefined;
}

/** The value of the first pair with that key: a repeated key is carried, but only its first pair counts. */
export function findValue(list: KvList, key: string): Value | undefined {
  return list.find((pair) => pair.key === key)?.value;
}
