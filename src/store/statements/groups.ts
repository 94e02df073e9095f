import type { Sql } from '../client.js';
import { OWNER_LOCK } from '../owner.js';

/** A campaign group as it is stored; times in milliseconds. */
export interface GroupRow {
  readonly dbid: number;
  readonly status: number;
  readonly session: string | null;
  readonly last_number: number;
  readonly auto_completion: boolean;
  readonly auto_completion_by: string;
  readonly auto_completion_at: number;
  readonly dial_mode: number;
  readonly kept_mode: number;
  readonly optimize_by: number;
  readonly optimize_goal: number | null;
  readonly unload_deadline: number | null;
  readonly last_completion: string | null;
}

const COLUMNS = `dbid, status, session, last_number, auto_completion, auto_completion_by, auto_completion_at,
  dial_mode, kept_mode, optimize_by, optimize_goal, unload_deadline, last_completion`;

/**
 * Makes rows for groups that have none. A group that another server has loaded, or whose server is alive, is left to it; any
 * other goes to whoever has it in its configuration now.
 */
export async function insertMissingGroups(sql: Sql, serverDbid: number, dbids: readonly number[]): Promise<void> {
  await sql.query(
    `INSERT INTO ocm_campaign_group (dbid, server_dbid)
     SELECT wanted, $1 FROM unnest($2::int[]) AS wanted ON CONFLICT (dbid) DO NOTHING`,
    [serverDbid, dbids],
  );
  await sql.query(
    `UPDATE ocm_campaign_group g SET server_dbid = $1
     WHERE g.dbid = ANY($2::int[]) AND g.server_dbid <> $1 AND g.status = 0
       AND NOT EXISTS (
         SELECT 1 FROM pg_locks l
         WHERE l.locktype = 'advisory' AND l.granted AND l.classid = ${OWNER_LOCK} AND l.objid::bigint = g.server_dbid
           AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
       )`,
    [serverDbid, dbids],
  );
}

export async function selectGroups(sql: Sql, serverDbid: number): Promise<GroupRow[]> {
  return sql.query<GroupRow>(`SELECT ${COLUMNS} FROM ocm_campaign_group WHERE server_dbid = $1 ORDER BY dbid`, [serverDbid]);
}

/** One group of a server, locked until the end of the transaction; undefined where it is another's. */
export async function lockGroup(sql: Sql, serverDbid: number, dbid: number): Promise<GroupRow | undefined> {
  const [row] = await sql.query<GroupRow>(`SELECT ${COLUMNS} FROM ocm_campaign_group WHERE dbid = $1 AND server_dbid = $2 FOR UPDATE`, [dbid, serverDbid]);
  return row;
}

/** Holds groups as they are until the end of the transaction, beside others who do the same. */
export async function shareGroups(sql: Sql, dbids: readonly number[]): Promise<void> {
  await sql.query('SELECT 1 FROM ocm_campaign_group WHERE dbid = ANY($1::int[]) ORDER BY dbid FOR SHARE', [dbids], { prepared: true });
}

export async function updateGroup(sql: Sql, row: Omit<GroupRow, 'last_completion'>): Promise<void> {
  await sql.query(
    `UPDATE ocm_campaign_group SET status = $2, session = $3, last_number = $4, auto_completion = $5, auto_completion_by = $6,
       auto_completion_at = $7, dial_mode = $8, kept_mode = $9, optimize_by = $10, optimize_goal = $11, unload_deadline = $12
     WHERE dbid = $1`,
    [
      row.dbid,
      row.status,
      row.session,
      row.last_number,
      row.auto_completion,
      row.auto_completion_by,
      row.auto_completion_at,
      row.dial_mode,
      row.kept_mode,
      row.optimize_by,
      row.optimize_goal,
      row.unload_deadline,
    ],
  );
}

/** Keeps the account of a group's last completion, as JSON. */
export async function updateLastCompletion(sql: Sql, dbid: number, report: string): Promise<void> {
  await sql.query('UPDATE ocm_campaign_group SET last_completion = $2 WHERE dbid = $1', [dbid, report]);
}
