import { recordColumns, sqlType } from '../../lists/record-fields.js';
import type { FieldValue } from '../../lists/record-fields.js';
import type { Sql } from '../client.js';
import { type ListTable, quoteName } from '../list-table.js';

/** The last id in use, and the place behind the last of a chain. */
export interface Room {
  /** The largest record_id or chain_id, also of a file that is on its way in; at least 0. */
  readonly lastId: number;
  /** Null: there is no such chain. */
  readonly nextChainN: number | null;
}

/** Where a new row of a list would go; asked under lockRecordIds. */
export async function selectRoom(sql: Sql, list: ListTable, chainId: number | null): Promise<Room> {
  const table = quoteName(list.table);
  const [room] = await sql.query<Room>(
    `SELECT greatest(0, (SELECT max(record_id) FROM ${table}), (SELECT max(chain_id) FROM ${table}),
              (SELECT max(reserved_to) FROM ocm_import WHERE list_dbid = ${list.dbid})) AS "lastId",
            (SELECT max(chain_n) + 1 FROM ${table} WHERE chain_id = $1::int) AS "nextChainN"`,
    [chainId],
  );
  return room ?? { lastId: 0, nextChainN: null };
}

/** Adds a row; `values` are those of recordColumns, in their order. */
export async function insertRecord(sql: Sql, list: ListTable, values: readonly FieldValue[]): Promise<void> {
  const columns = recordColumns(list.customFields);
  await sql.query(
    `INSERT INTO ${quoteName(list.table)} (${columns.map(({ name }) => quoteName(name)).join(', ')})
     SELECT ${columns.map((field, index) => `(given.fields ->> ${index})::${sqlType(field)}`).join(', ')}
     FROM (SELECT $1::jsonb AS fields) given`,
    [JSON.stringify(values)],
  );
}
