import type { Sql } from '../client.js';
import { dueParams } from '../due.js';
import { candidateRows, dueCandidates, scheduledCandidates } from '../due-candidates.js';
import type { ListTable, ZoneTime } from '../list-table.js';

/**
 * `forbiddenFirst`: all that was looked at is on the do-not-call list, and there may be more behind it; the answer can
 * be given when these are final (finalizeForbidden).
 */
export type Probed = 'left' | 'nothing' | 'forbiddenFirst';

/** Candidates that are looked at; one that is not forbidden decides. */
const LOOKED_AT = 50;

/**
 * Whether anything is left to dial in these lists (completion.md 2.2): no share, no SKIP LOCKED. The rows of a file that
 * is accepted are left, also while they are still on their way. With
 * `scheduledUntilMs`, what is scheduled up to then counts too.
 */
export async function probe(
  sql: Sql,
  lists: readonly ListTable[],
  nowMs: number,
  zones: readonly ZoneTime[],
  scheduledUntilMs?: number,
): Promise<Probed> {
  const params = dueParams(nowMs, zones);
  const limit = String(LOOKED_AT);
  let unknown = false;
  for (const list of lists) {
    const found = [await look(sql, list, dueCandidates(list, limit, 'all'), params)];
    if (scheduledUntilMs !== undefined) {
      found.push(await look(sql, list, scheduledCandidates(list, limit, '$4::bigint'), [...params, Math.floor(scheduledUntilMs / 1000)]));
    }
    if (found.includes('left')) return 'left';
    unknown ||= found.includes('forbiddenFirst');
  }
  if (await isComingIn(sql, lists)) return 'left';
  return unknown ? 'forbiddenFirst' : 'nothing';
}

async function isComingIn(sql: Sql, lists: readonly ListTable[]): Promise<boolean> {
  const rows = await sql.query('SELECT 1 FROM ocm_import WHERE list_dbid = ANY($1::int[]) AND accepted_at IS NOT NULL AND moved_at IS NULL LIMIT 1', [
    lists.map((list) => list.dbid),
  ]);
  return rows.length > 0;
}

async function look(sql: Sql, list: ListTable, candidates: string, params: ReturnType<typeof dueParams>): Promise<Probed> {
  const [row] = await sql.query<{ left: boolean | null; looked: number }>(
    `${candidates} SELECT bool_or(NOT forbidden) AS "left", count(*) AS looked FROM (${candidateRows(list)}) looked_at`,
    params,
  );
  if (row?.left === true) return 'left';
  return row !== undefined && row.looked >= LOOKED_AT ? 'forbiddenFirst' : 'nothing';
}
