import type { FieldValue, RecordField } from './record-fields.js';
import { wordOf } from './record-values.js';

/** What RFC 4180 has in quotes. */
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

function cell(field: RecordField, value: FieldValue): string {
  if (value === null) return '';
  const text = String(typeof value === 'number' ? wordOf(field.name, value) : value);
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The first line of a file of records, as an import takes it. */
export function csvHeader(columns: readonly RecordField[]): string {
  return `${columns.map(({ name }) => name).join(',')}\n`;
}

/** A row of such a file; kinds, states and results by their names. */
export function csvLine(columns: readonly RecordField[], values: readonly FieldValue[]): string {
  return `${columns.map((field, index) => cell(field, values[index] ?? null)).join(',')}\n`;
}
