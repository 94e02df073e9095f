import type { Sql } from '../client.js';
import { due, dueParams, scheduledWithin, zoneJoin } from '../due.js';
import { type ListTable, quoteName, type ZoneTime } from '../list-table.js';

/**
 * Whether anything is left to dial in these lists (completion.md 2.2): no limit, no share, no SKIP
 * LOCKED. The rows of a file that is accepted are left, also while they are still on their way. With `scheduledUntilMs`, what is scheduled up to then counts too.
 */
export async function probe(
  sql: Sql,
  lists: readonly ListTable[],
  nowMs: number,
  zones: readonly ZoneTime[],
  scheduledUntilMs?: number,
): Promise<boolean> {
  const params = dueParams(nowMs, zones);
  const conditions = lists.map((list) => exists(list, due(list)));
  if (scheduledUntilMs !== undefined) {
    params.push(Math.floor(scheduledUntilMs / 1000));
    conditions.push(...lists.map((list) => exists(list, scheduledWithin(list, '$4::bigint'))));
  }
  if (conditions.length === 0) return false;
  conditions.push(comingIn(lists));
  const [row] = await sql.query<{ found: boolean }>(`SELECT ${conditions.join(' OR ')} AS found`, params);
  return row?.found === true;
}

function comingIn(lists: readonly ListTable[]): string {
  const dbids = lists.map((list) => list.dbid).join(', ');
  return `EXISTS (SELECT 1 FROM ocm_import WHERE list_dbid IN (${dbids}) AND accepted_at IS NOT NULL AND moved_at IS NULL)`;
}

function exists(list: ListTable, condition: string): string {
  return `EXISTS (SELECT 1 FROM ${quoteName(list.table)} r ${zoneJoin} WHERE ${condition})`;
}
