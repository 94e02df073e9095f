import type { Sql } from '../client.js';
import { dueParams, scheduledWithin, zoneJoin } from '../due.js';
import { type ListTable, quoteName, type ZoneTime } from '../list-table.js';

export interface RetryRow {
  readonly listDbid: number;
  readonly recordId: number;
  readonly groupDbid: number;
  readonly session: string;
}

/** Notes that a session waits for these records to be dialed again. */
export async function insertRetries(sql: Sql, rows: readonly RetryRow[]): Promise<void> {
  await sql.query(
    `INSERT INTO ocm_retry (list_dbid, record_id, group_dbid, session)
     SELECT * FROM unnest($1::int[], $2::int[], $3::int[], $4::text[])
     ON CONFLICT (list_dbid, record_id) DO UPDATE SET group_dbid = excluded.group_dbid, session = excluded.session`,
    [rows.map((row) => row.listDbid), rows.map((row) => row.recordId), rows.map((row) => row.groupDbid), rows.map((row) => row.session)],
  );
}

/** The session has ended: nothing waits for its redials any more. */
export async function deleteRetries(sql: Sql, groupDbid: number): Promise<void> {
  await sql.query('DELETE FROM ocm_retry WHERE group_dbid = $1', [groupDbid]);
}

/** Whether a redial of a session is still to come in a list, up to `untilMs`. */
export async function anyRetry(...args: Parameters<typeof countRetries>): Promise<boolean> {
  return (await selectRetries<{ found: boolean }>('SELECT true AS found', ' LIMIT 1', ...args)).length > 0;
}

/** How many redials of a session are still to come in a list, up to `untilMs`. */
export async function countRetries(
  sql: Sql,
  list: ListTable,
  of: { readonly groupDbid: number; readonly session: string },
  nowMs: number,
  zones: readonly ZoneTime[],
  untilMs: number,
): Promise<number> {
  const [row] = await selectRetries<{ count: number }>('SELECT count(*) AS count', '', sql, list, of, nowMs, zones, untilMs);
  return row?.count ?? 0;
}

async function selectRetries<Row>(select: string, limit: string, ...[sql, list, of, nowMs, zones, untilMs]: Parameters<typeof countRetries>): Promise<Row[]> {
  return sql.query<Row>(
    `${select} FROM ocm_retry w JOIN ${quoteName(list.table)} r ON r.record_id = w.record_id ${zoneJoin}
     WHERE w.list_dbid = ${list.dbid} AND w.group_dbid = $5 AND w.session = $6 AND ${scheduledWithin(list, '$4::bigint')}${limit}`,
    [...dueParams(nowMs, zones), Math.floor(untilMs / 1000), of.groupDbid, of.session],
  );
}
