import type { Sql } from '../client.js';
import { dueParams, nextDue, reasonNotDue, zoneJoin } from '../due.js';
import { type ListTable, quoteName, type ZoneTime } from '../list-table.js';
import { BEFORE_ALL } from '../record-row.js';

/** Rows looked at in one go: what agents do waits that long for the store. */
const BATCH = 2000;

/** Some rows of a list that are alike. */
export interface AccountRow {
  readonly status: number | null;
  /** Who has retrieved them; null: they do not say, or are not Retrieved. */
  readonly app_id: number | null;
  /** Why Ready rows are not due; null: they are, or are not Ready. */
  readonly reason: string | null;
  readonly count: number;
  /** When the first of them is due, for those that only wait for their time. Seconds since the epoch. */
  readonly next: number | null;
  readonly last: number | null;
}

/** The rows of a list, in parts that are alike, batch by batch: a large list does not hold the store. */
export async function* accountOf(sql: Sql, list: ListTable, nowMs: number, zones: readonly ZoneTime[]): AsyncGenerator<AccountRow> {
  yield* await account(sql, list, 'record_id IS NULL AND $4::bigint IS NOT NULL', 0, nowMs, zones);
  for (let after: number | undefined = BEFORE_ALL; after !== undefined; ) {
    const rows: AccountRow[] = await account(sql, list, 'record_id > $4::bigint', after, nowMs, zones);
    yield* rows;
    const looked = rows.reduce((sum, { count }) => sum + count, 0);
    after = looked < BATCH ? undefined : Math.max(...rows.map((row) => row.last ?? 0));
  }
}

/** OFFSET 0 keeps the planner from writing the reason out wherever it is named: it would be found out three times. */
function account(sql: Sql, list: ListTable, which: string, after: number, nowMs: number, zones: readonly ZoneTime[]): Promise<AccountRow[]> {
  return sql.query<AccountRow>(
    `SELECT status, app_id, reason, count(*) AS count, min(next) AS next, max(record_id) AS last
     FROM (
       SELECT r.status, r.app_id, r.reason, r.record_id, CASE WHEN r.status = 1 AND coalesce(r.reason, 'scheduled') IN ('scheduled', 'window') THEN ${nextDue(list)} END AS next
       FROM (
         SELECT r.record_status AS status, CASE WHEN r.record_status = 2 THEN r.app_id END AS app_id, r.record_id, r.dial_sched_time, r.daily_from, r.daily_till,
                zone.zone_dbid, zone.zone_second, CASE WHEN r.record_status = 1 THEN ${reasonNotDue(list)} END AS reason
         FROM (SELECT * FROM ${quoteName(list.table)} WHERE ${which} ORDER BY record_id LIMIT ${BATCH}) r ${zoneJoin}
         OFFSET 0
       ) r CROSS JOIN LATERAL (SELECT r.zone_dbid, r.zone_second) zone
     ) rows
     GROUP BY status, app_id, reason`,
    [...dueParams(nowMs, zones), after],
  );
}

/** Rows made Ready in one go. */
const RECLAIMED = 1000;

/**
 * Makes some rows Ready that application `appId` has marked Retrieved (0: rows that name none), and answers how many;
 * none is left when it answers 0. What is in somebody's hand is left to that gateway.
 */
export async function reclaimSome(sql: Sql, list: ListTable, appId: number): Promise<number> {
  const table = quoteName(list.table);
  const rows = await sql.query(
    `UPDATE ${table} t SET record_status = 1, campaign_id = NULL, group_id = NULL, app_id = NULL
     WHERE t.record_status = 2 AND t.record_id IN (
       SELECT r.record_id FROM ${table} r
       WHERE r.record_status = 2 AND coalesce(r.app_id, 0) = $1::bigint
         AND NOT EXISTS (SELECT 1 FROM ocm_hand_out h WHERE h.list_dbid = ${list.dbid} AND h.chain_id = r.chain_id AND h.ended_at IS NULL)
       ORDER BY r.record_id LIMIT ${RECLAIMED}
     )
     RETURNING 1`,
    [appId],
  );
  return rows.length;
}
