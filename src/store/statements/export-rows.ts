import { type FieldValue, type RecordField, recordColumns } from '../../lists/record-fields.js';
import type { Sql } from '../client.js';
import { type ListTable, quoteName } from '../list-table.js';
import { BEFORE_ALL } from '../record-row.js';

/** Rows read in one go: what agents do waits that long for the store. */
const BATCH = 1000;

/** Values as a file of records has them: padding and fractions of seconds are not kept. */
function valueOf(field: RecordField): string {
  const column = quoteName(field.name);
  switch (field.type) {
    case 'int':
      return `${column}::bigint`;
    case 'float':
      return `${column}::double precision`;
    case 'datetime':
      return `to_char(${column}, 'YYYY-MM-DD HH24:MI:SS')`;
    default:
      return `${column}::text`;
  }
}

/** Every row of a list, in the order of record_id, with the values of recordColumns; one without a record_id is left out. */
export async function* exportRows(sql: Sql, list: ListTable): AsyncGenerator<FieldValue[][]> {
  const columns = recordColumns(list.customFields);
  const selected = columns.map((field, index) => `${valueOf(field)} AS c${index}`).join(', ');
  const idAt = `c${columns.findIndex(({ name }) => name === 'record_id')}`;
  for (let after: number | undefined = BEFORE_ALL; after !== undefined; ) {
    const rows: Record<string, FieldValue>[] = await sql.query(
      `SELECT ${selected} FROM ${quoteName(list.table)} WHERE record_id > $1::bigint ORDER BY record_id LIMIT ${BATCH}`,
      [after],
    );
    if (rows.length > 0) yield rows.map((row) => columns.map((_column, index) => row[`c${index}`] ?? null));
    const last = rows.at(-1)?.[idAt];
    after = rows.length === BATCH && typeof last === 'number' ? last : undefined;
  }
}
