import type { Sql } from '../client.js';

export interface KnownListRow {
  readonly dbid: number;
  readonly name: string;
  readonly table_name: string;
}

/** Lists that this server has served before, by the table they were in then. */
export async function selectKnownLists(sql: Sql, serverDbid: number): Promise<KnownListRow[]> {
  return sql.query<KnownListRow>('SELECT dbid, name, table_name FROM ocm_calling_list WHERE server_dbid = $1 ORDER BY dbid', [serverDbid]);
}

export async function upsertKnownList(sql: Sql, serverDbid: number, list: KnownListRow): Promise<void> {
  await sql.query(
    `INSERT INTO ocm_calling_list (server_dbid, dbid, name, table_name) VALUES ($1, $2, $3, $4)
     ON CONFLICT (server_dbid, dbid) DO UPDATE SET name = excluded.name, table_name = excluded.table_name`,
    [serverDbid, list.dbid, list.name, list.table_name],
  );
}

export async function deleteKnownList(sql: Sql, serverDbid: number, dbid: number): Promise<void> {
  await sql.query('DELETE FROM ocm_calling_list WHERE server_dbid = $1 AND dbid = $2', [serverDbid, dbid]);
}
