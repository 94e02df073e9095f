import { RECORD_FIELDS, type RecordFieldName } from '../../src/lists/record-fields.js';
import type { Sql } from '../../src/store/client.js';
import { type ListTable, quoteName, type ZoneTime } from '../../src/store/list-table.js';
import { createDoNotCallTable, createMissingTable, tableExists } from '../../src/store/statements/create-list.js';

export const NOW = 1_760_000_000_000;
export const NOW_SECONDS = NOW / 1000;
export const HOUR = 3600;

/** It is noon in zone 1, one second before midnight in zone 2, midnight in zone 3. */
export const ZONES: readonly ZoneTime[] = [
  { dbid: 1, secondOfDay: 12 * HOUR },
  { dbid: 2, secondOfDay: 24 * HOUR - 1 },
  { dbid: 3, secondOfDay: 0 },
];

export type Row = Partial<Record<RecordFieldName, number | string | null>>;

/** A list whose rows without a window may be dialed all day. */
export function listOf(change: Partial<ListTable> = {}): ListTable {
  return { dbid: 501, name: 'Spring', table: 'cl_spring', maxAttempts: 10, fromSeconds: 0, untilSeconds: 24 * HOUR, customFields: [], ...change };
}

/** Empties the list's table, which is made where it is missing, and fills it. Rows are Ready general records, each a chain of its own, but for what they say. */
export async function fill(sql: Sql, list: ListTable, rows: readonly Row[]): Promise<void> {
  if (!(await createMissingTable(sql, list))) await sql.query(`DELETE FROM ${quoteName(list.table)}`, []);
  await addRows(sql, list, rows);
}

export async function addRows(sql: Sql, list: ListTable, rows: readonly Row[]): Promise<void> {
  const whole = rows.map((row, index) => {
    const recordId = row.record_id ?? index + 1;
    return { contact_info: `555-${recordId}`, record_type: 2, record_status: 1, attempt: 0, chain_id: recordId, chain_n: 0, ...row, record_id: recordId };
  });
  const table = quoteName(list.table);
  await sql.query(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1::json)`, [JSON.stringify(whole)]);
}

/** Puts these numbers on the do-not-call list, and no others. */
export async function forbid(sql: Sql, table: string, phones: readonly string[]): Promise<void> {
  if (await tableExists(sql, table)) await sql.query(`DELETE FROM ${quoteName(table)}`, []);
  else await createDoNotCallTable(sql, table);
  for (const phone of phones) await sql.query(`INSERT INTO ${quoteName(table)} (phone) VALUES ($1)`, [phone]);
}

/** The rows of a list by record_id, with the columns asked for. */
export async function rowsOf(sql: Sql, list: ListTable, ...columns: RecordFieldName[]): Promise<Record<string, unknown>[]> {
  const known = new Set<string>(RECORD_FIELDS.map(({ name }) => name));
  if (columns.some((column) => !known.has(column))) throw new Error('no such column');
  return sql.query(`SELECT ${columns.join(', ')} FROM ${quoteName(list.table)} ORDER BY record_id`, []);
}
