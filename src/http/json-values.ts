import { LosslessNumber } from 'lossless-json';
import { float, int, type KvList, long, string, type Value } from '../../protocol/index.js';
import { HttpFault } from './fault.js';

const SHOWN_CHARACTERS = 60;

/** A JSON value in words, short enough for an error message. */
export function describeJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value instanceof LosslessNumber) return shortened(value.value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return JSON.stringify(shortened(value));
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return value === null ? 'null' : 'an object';
}

const shortened = (text: string): string => (text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text);

/**
 * A property of a request as the wire would carry it: integers int or long, other numbers float, text
 * string. Throws HttpFault (InvalidParameter), which names the key, for what has no such type.
 */
export function toValue(key: string, json: unknown): Value {
  if (typeof json === 'number') return int(json);
  if (typeof json === 'bigint') return long(json);
  if (typeof json === 'string') return string(json);
  if (json instanceof LosslessNumber && /[.e]/i.test(json.value)) {
    const value = Number(json.value);
    if (Number.isFinite(value)) return float(value);
  }
  throw new HttpFault('InvalidParameter', `${key} is ${describeJson(json)}; a property is an integer of at most 64 bits, a decimal or a text`);
}

/** User data as flat JSON; of a repeated key the first counts. */
export function toJson(list: KvList): Record<string, string | number> {
  const json: Record<string, string | number> = {};
  for (const { key, value } of list) {
    if (Object.hasOwn(json, key)) continue;
    if (value.type === 'int' || value.type === 'string') json[key] = value.value;
    else throw new Error(`${key} is of type ${value.type}: an answer has int and string only`);
  }
  return json;
}
