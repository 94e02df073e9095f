import { recordColumns, sqlType } from '../../lists/record-fields.js';
import type { Sql } from '../client.js';
import { makeIndex, missingIndexes } from '../list-indexes.js';
import { type ListTable, quoteName } from '../list-table.js';

/** Whether there is a table (or view) of that name. */
export async function tableExists(sql: Sql, table: string): Promise<boolean> {
  const [row] = await sql.query<{ found: boolean }>('SELECT to_regclass($1) IS NOT NULL AS found', [quoteName(table)]);
  return row?.found === true;
}

/** Makes a list's table where there is none; answers whether it did. */
export async function createMissingTable(sql: Sql, list: ListTable): Promise<boolean> {
  if (await tableExists(sql, list.table)) return false;
  await createListTable(sql, list);
  return true;
}

/** The comment by which a table of ours is told from one that somebody brought. */
const MADE_BY_GATEWAY = 'made by ocm-gateway';

/** Whether the gateway made a calling list's table. */
export async function isMadeByGateway(sql: Sql, table: string): Promise<boolean> {
  const [row] = await sql.query<{ made: boolean }>(`SELECT obj_description(to_regclass($1), 'pg_class') = '${MADE_BY_GATEWAY}' AS made`, [
    quoteName(table),
  ]);
  return row?.made === true;
}

/**
 * Whether a table takes whatever fits its fields: the gateway made it, and nobody has given it rules of their
 * own since (triggers, checks, references, fields that have to be set).
 */
export async function isPlainTable(sql: Sql, list: ListTable): Promise<boolean> {
  if (!(await isMadeByGateway(sql, list.table))) return false;
  const [row] = await sql.query<{ ruled: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = to_regclass($1) AND NOT tgisinternal)
       OR EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = to_regclass($1) AND contype NOT IN ('p', 'n'))
       OR EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped AND attnotnull
                  AND NOT attname::text = ANY($2::text[])) AS ruled`,
    [quoteName(list.table), recordColumns(list.customFields).map(({ name }) => name.toLowerCase())],
  );
  return row?.ruled === false;
}

/**
 * Makes the table of a calling list in the OCS layout, where there is none: the mandatory fields, the
 * list's custom fields, and the indexes that retrieval, probe and recovery stand on.
 */
async function createListTable(sql: Sql, list: ListTable): Promise<void> {
  const table = quoteName(list.table);
  const notNull = new Set(['contact_info', 'record_type', 'record_status', 'attempt', 'chain_id', 'chain_n']);
  const columns = recordColumns(list.customFields).map((field) => {
    const key = field.name === 'record_id' ? ' PRIMARY KEY' : notNull.has(field.name) ? ' NOT NULL' : '';
    return `${quoteName(field.name)} ${sqlType(field)}${key}`;
  });
  await sql.query(`CREATE TABLE ${table} (${columns.join(', ')})`);
  await sql.query(`COMMENT ON TABLE ${table} IS '${MADE_BY_GATEWAY}'`);
  await sql.query(`CREATE UNIQUE INDEX ON ${table} (chain_id, chain_n)`);
  for (const index of await missingIndexes(sql, list)) await makeIndex(sql, list, index);
}

/** Makes the do-not-call table in the published layout, where there is none. */
export async function createDoNotCallTable(sql: Sql, table: string): Promise<void> {
  const name = quoteName(table);
  await sql.query(
    `CREATE TABLE ${name} (
       phone varchar(64), customer_id varchar(64), dnc_message varchar(255), tenant_dbid decimal(18,0), campaign_dbid decimal(18,0),
       list_dbid decimal(18,0), is_internal integer, time_stamp integer
     )`,
  );
  for (const column of ['phone', 'customer_id']) {
    await sql.query(`CREATE INDEX ON ${name} (${column})`);
  }
}
