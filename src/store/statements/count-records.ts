import type { Sql } from '../client.js';
import { dueParams, reasonNotDue, zoneJoin } from '../due.js';
import { type ListTable, quoteName, type ZoneTime } from '../list-table.js';

export interface RecordCounts {
  readonly ready: number;
  readonly retrieved: number;
  readonly final: number;
  readonly total: number;
}

/** Why Ready rows are not due -> how many. */
export type NotDue = Readonly<Record<string, number>>;

/** Counts the rows of a list by status. Final is every status but Ready and Retrieved. */
export async function countRecords(sql: Sql, list: ListTable): Promise<RecordCounts> {
  const [row] = await sql.query<RecordCounts>(
    `SELECT count(*) FILTER (WHERE record_status = 1) AS ready,
            count(*) FILTER (WHERE record_status = 2) AS retrieved,
            count(*) FILTER (WHERE coalesce(record_status, 0) NOT IN (1, 2)) AS final,
            count(*) AS total
     FROM ${quoteName(list.table)}`,
    [],
  );
  return row ?? { ready: 0, retrieved: 0, final: 0, total: 0 };
}

/** Counts the Ready rows of a list that are not due, by the first reason that applies. */
export async function countNotDue(sql: Sql, list: ListTable, nowMs: number, zones: readonly ZoneTime[]): Promise<NotDue> {
  const rows = await sql.query<{ reason: string; count: number }>(
    `SELECT reason, count(*) AS count
     FROM (SELECT ${reasonNotDue(list)} AS reason FROM ${quoteName(list.table)} r ${zoneJoin} WHERE r.record_status = 1 AND ${NOW_USED}) ready
     WHERE reason IS NOT NULL
     GROUP BY reason`,
    dueParams(nowMs, zones),
  );
  return Object.fromEntries(rows.map((row) => [row.reason, row.count]));
}

/** A parameter that no condition uses would have no type. */
const NOW_USED = '$1::bigint IS NOT NULL';
