import type { Sql } from '../client.js';
import { dueParams } from '../due.js';
import { candidateRows, dueCandidates, scheduledCandidates } from '../due-candidates.js';
import { type ListTable, quoteName, type ZoneTime } from '../list-table.js';

/** Rows looked at in one go, so that a list full of forbidden numbers does not hold the store. */
const BATCH = 1000;

/** What a row becomes whose number is met on the do-not-call list: Updated, DoNotCall, NoCall (engine.md, Records). */
export const FORBIDDEN = 'record_status = 3, call_result = 51, record_type = 7';

/**
 * Makes numbers final that are on the do-not-call list and stand in front of what is due; with `scheduledUntilMs` also
 * of what is scheduled up to then. Answers how many.
 */
export async function finalizeForbidden(sql: Sql, list: ListTable, nowMs: number, zones: readonly ZoneTime[], scheduledUntilMs?: number): Promise<number> {
  const params = dueParams(nowMs, zones);
  const ended = await end(sql, list, dueCandidates(list, String(BATCH), 'all'), params);
  if (scheduledUntilMs === undefined) return ended;
  const until = [...params, Math.floor(scheduledUntilMs / 1000)];
  return ended + (await end(sql, list, scheduledCandidates(list, String(BATCH), '$4::bigint'), until));
}

async function end(sql: Sql, list: ListTable, candidates: string, params: ReturnType<typeof dueParams>): Promise<number> {
  const rows = await sql.query(
    `${candidates}, met AS MATERIALIZED (
       SELECT forbidden_row.record_id FROM ${quoteName(list.table)} forbidden_row
       WHERE forbidden_row.record_id = ANY(ARRAY(SELECT record_id FROM (${candidateRows(list)}) looked_at WHERE forbidden)) AND forbidden_row.record_status = 1
       FOR UPDATE SKIP LOCKED
     )
     UPDATE ${quoteName(list.table)} t SET ${FORBIDDEN} WHERE t.record_id = ANY(ARRAY(SELECT record_id FROM met)) RETURNING t.record_id`,
    params,
  );
  return rows.length;
}
