import { MASKED } from '../codec/value.js';
import type { Value } from '../codec/value.js';
import { escapeCode, quote, QUOTED, unquote } from './quoting.js';

export type LeafValue = Exclude<Value, { readonly type: 'kvlist' }>;

/** How a value that is withheld is shown. */
export const MASK = "'****'";
/** A list without pairs, which would otherwise look like a name without a value. */
export const EMPTY_LIST = '{}';

const STARS = '****';
const INTEGER = /^(-?\d{1,19})(L?)$/;
const FLOAT = /^-?(?:\d+\.\d+(?:e[+-]?\d+)?|\d+e[+-]?\d+|Infinity)$/;
const BINARY = /^0x((?:[0-9a-f]{2})*)$/i;
const TEXT = new RegExp(`^(L?)${QUOTED}$`, 's');

/**
 * A value that is no list, so that its type can be read back: int `5`, long `5L`, float `5.0`, string
 * `'5'`, wstring `L'5'`, binary `0x05`, masked `'****'` (protocol/README.md, "Trace").
 */
export function describeLeaf(value: LeafValue): string {
  switch (value.type) {
    case 'masked':
      return MASK;
    case 'int':
      return String(value.value);
    case 'long':
      return `${value.value}L`;
    case 'float':
      return describeFloat(value.value);
    case 'string':
      // A text of four stars is not a masked value.
      return value.value === STARS ? `'${escapeCode('*')}***'` : quote(value.value);
    case 'wstring':
      return `L${quote(value.value)}`;
    case 'binary':
    default:
      return `0x${Buffer.from(value.value).toString('hex')}`;
  }
}

/** Always with a point, an exponent or letters, which no int has. */
function describeFloat(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The value that `describeLeaf` wrote, or `{}`; undefined where the text is none, or a number out of its type's range. */
export function parseLiteral(text: string): Value | undefined {
  if (text === MASK) return MASKED;
  if (text === EMPTY_LIST) return { type: 'kvlist', value: [] };
  if (text === 'NaN' || FLOAT.test(text)) return { type: 'float', value: Number(text) };
  return parseInteger(text) ?? parseBinary(text) ?? parseText(text);
}

function parseInteger(text: string): Value | undefined {
  const [, digits, long] = INTEGER.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = BigInt(digits);
  if (long === '') return BigInt.asIntN(32, value) === value ? { type: 'int', value: Number(value) } : undefined;
  return BigInt.asIntN(64, value) === value ? { type: 'long', value } : undefined;
}

function parseBinary(text: string): Value | undefined {
  const hex = BINARY.exec(text)?.[1];
  return hex === undefined ? undefined : { type: 'binary', value: Uint8Array.from(Buffer.from(hex, 'hex')) };
}

function parseText(text: string): Value | undefined {
  const [, wide, inside] = TEXT.exec(text) ?? [];
  const value = inside === undefined ? undefined : unquote(inside);
  if (value === undefined) return undefined;
  return wide === '' ? { type: 'string', value } : { type: 'wstring', value };
}
