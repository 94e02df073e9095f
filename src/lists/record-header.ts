import { RecordCsvError } from './record-csv-error.js';
import type { FieldValue, RecordField } from './record-fields.js';
import { defaultOf, valueParser } from './record-values.js';
import type { ValueParser } from './record-values.js';

/** One column of a file. */
export interface CsvColumn {
  readonly name: string;
  /** Its position among the columns of the list. */
  readonly target: number;
  readonly parse: ValueParser;
}

export interface CsvLayout {
  readonly columns: readonly CsvColumn[];
  /** A record in which every cell is empty. */
  readonly defaults: readonly FieldValue[];
}

/** The one column that a file must have: without a number there is nothing to dial. */
export const REQUIRED_COLUMN = 'contact_info';

/**
 * What the columns of a file mean. Names are those of the list's fields, in any order and case: SQL does
 * not tell them apart by case either. Throws RecordCsvError for an unknown, repeated or missing one.
 */
export function readHeader(cells: readonly string[], line: number, fields: readonly RecordField[]): CsvLayout {
  const positions = new Map(fields.map(({ name }, index) => [name.toLowerCase(), index]));
  const seen = new Set<number>();
  const columns = cells.map((cell, index): CsvColumn => {
    const name = cell.trim();
    const target = positions.get(name.toLowerCase());
    const field = target === undefined ? undefined : fields[target];
    if (target === undefined || field === undefined) {
      const found = name === '' ? `column ${index + 1} has no name` : `unknown column ${JSON.stringify(name)}`;
      const known = fields.map((each) => each.name).join(', ');
      throw new RecordCsvError(line, name, `${found}; expected fields of the list: ${known}`);
    }
    if (seen.has(target)) throw new RecordCsvError(line, name, `column ${JSON.stringify(name)} is there twice; expected it once`);
    seen.add(target);
    return { name: field.name, target, parse: valueParser(field) };
  });
  if (!columns.some(({ name }) => name === REQUIRED_COLUMN)) {
    throw new RecordCsvError(line, REQUIRED_COLUMN, `there is no column ${REQUIRED_COLUMN}; it is the one that every file needs`);
  }
  return { columns, defaults: fields.map(({ name }) => defaultOf(name)) };
}
