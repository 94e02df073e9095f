import { findValue, UserEventError, type KvList, textOf, type Value } from '../../protocol/index.js';
import type { FieldValue, RecordField } from '../lists/record-fields.js';
import { valueParser } from '../lists/record-values.js';
import { describe } from './reader.js';

export type CustomFields =
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, FieldValue>> }
  | { readonly kind: 'refused'; readonly number: number; readonly message: string };

/**
 * The custom fields of a record that a request sets: keys by the names of the list's fields. Other
 * keys are nobody's and are left alone.
 */
export function customFieldsOf(data: KvList, known: readonly RecordField[]): CustomFields {
  const fields: Record<string, FieldValue> = {};
  for (const field of known) {
    const value = findValue(data, field.name);
    if (value === undefined) continue;
    const text = asText(value);
    const parsed = text === undefined ? { expected: 'text or a number' } : valueParser(field)(text);
    if ('expected' in parsed) {
      return { kind: 'refused', number: UserEventError.BadValue, message: `${field.name} is ${describe(value)}; it takes ${parsed.expected}` };
    }
    fields[field.name] = parsed.value;
  }
  return { kind: 'fields', fields };
}

function asText(value: Value): string | undefined {
  return value.type === 'int' || value.type === 'long' || value.type === 'float' ? String(value.value) : textOf(value);
}
