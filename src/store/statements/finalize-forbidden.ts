import type { Sql } from '../client.js';
import { dueButForbidden, dueParams, zoneJoin } from '../due.js';
import { type ListTable, quoteName, type ZoneTime } from '../list-table.js';

/** Rows made final in one go, so that a list full of them does not hold the store. */
const BATCH = 1000;

/**
 * Makes due rows whose number is on the do-not-call list final: Updated, call_result DoNotCall (51),
 * record_type NoCall (engine.md, Records). Answers how many.
 */
export async function finalizeForbidden(sql: Sql, list: ListTable, nowMs: number, zones: readonly ZoneTime[]): Promise<number> {
  if (list.doNotCall === undefined) return 0;
  const table = quoteName(list.table);
  const rows = await sql.query(
    `UPDATE ${table} t SET record_status = 3, call_result = 51, record_type = 7
     FROM (
       SELECT r.record_id FROM ${table} r ${zoneJoin} WHERE ${dueButForbidden(list)}
       ORDER BY r.record_id LIMIT ${BATCH} FOR UPDATE OF r SKIP LOCKED
     ) met
     WHERE t.record_id = met.record_id
     RETURNING t.record_id`,
    dueParams(nowMs, zones),
  );
  return rows.length;
}
