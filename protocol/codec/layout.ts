import type { ValueType } from './value.js';

/** Numbers of wire profile 1 that its reader, its writer and its splitter share (protocol/README.md, "Frame" and "Value"). */

/** The length field itself, which it does not count. */
export const LENGTH_BYTES = 4;
/** dialect, version, messageType and attributeCount: the least that a length may say. */
export const MIN_LENGTH = 6;
export const HEADER_BYTES = LENGTH_BYTES + MIN_LENGTH;
export const VERSION = 1;

/** The outermost list is depth 1. A listener may ask for less, never for more. */
export const MAX_LIST_DEPTH = 16;
export const MAX_U16 = 0xffff;

/** The least an attribute takes (id, tag), by which a count is checked before anything is read for it. */
export const MIN_ATTRIBUTE_BYTES = 3;
/** The least a pair takes (key length, tag; the empty key is refused by itself). */
export const MIN_PAIR_BYTES = 3;
/** The least a list's length may say: its count. */
export const MIN_LIST_BYTES = 2;

export const TAG = {
  masked: 0x00, int: 0x01, string: 0x02, binary: 0x03, kvlist: 0x04, wstring: 0x05, long: 0x06, float: 0x07,
} as const satisfies Record<ValueType, number>;

export const DIALECT_CODE = { GSW_CM: 0x43, T: 0x54 } as const;

/** Matches a surrogate that is not half of a pair: text that neither UTF-8 nor UTF-16 can carry. */
export const LONE_SURROGATE = /\p{Surrogate}/u;
