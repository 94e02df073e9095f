import type { Sql } from '../client.js';
import { type ListTable, quoteName } from '../list-table.js';

/** Counts an attempt of each of these records and notes its time, before the calls are placed (completion.md 4). */
export async function countAttempts(sql: Sql, list: ListTable, appId: number, recordIds: readonly number[], nowMs: number): Promise<void> {
  await sql.query(
    `UPDATE ${quoteName(list.table)} SET attempt = coalesce(attempt, 0) + 1, call_time = $3
     WHERE record_id = ANY($1::int[]) AND record_status = 2 AND app_id = $2`,
    [recordIds, appId, Math.floor(nowMs / 1000)],
    { prepared: true },
  );
}
