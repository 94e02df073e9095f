import type { Sql } from '../client.js';

/** One row of the journal; `at` in milliseconds, `position` rising over all groups. */
export interface JournalRecord {
  readonly position: number;
  readonly group_dbid: number;
  readonly session: string;
  readonly number: number | null;
  readonly kind: string;
  readonly status: number;
  readonly dial_mode: number;
  readonly optimize_by: number;
  readonly optimize_goal: number | null;
  readonly forced: boolean;
  readonly at: number;
  readonly cause: string;
}

const COLUMNS = 'position, group_dbid, session, number, kind, status, dial_mode, optimize_by, optimize_goal, forced, at, cause';

/** Held by whoever appends to a server's journal. */
const JOURNAL_LOCK = 0x0c6;

/**
 * Until the commit nobody else appends to the journal of the group's server, so that rows are committed in the order of
 * their positions: whoever has seen one has seen, or is about to see, all before it.
 */
export async function lockJournal(sql: Sql, groupDbid: number): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1::int, server_dbid) FROM ocm_campaign_group WHERE dbid = $2', [JOURNAL_LOCK, groupDbid]);
}

/** Appends a row and answers it with its position. */
export async function insertJournal(sql: Sql, row: Omit<JournalRecord, 'position'>): Promise<JournalRecord> {
  const [inserted] = await sql.query<JournalRecord>(
    `INSERT INTO ocm_journal (group_dbid, session, number, kind, status, dial_mode, optimize_by, optimize_goal, forced, at, cause)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING ${COLUMNS}`,
    [
      row.group_dbid,
      row.session,
      row.number,
      row.kind,
      row.status,
      row.dial_mode,
      row.optimize_by,
      row.optimize_goal,
      row.forced,
      row.at,
      row.cause,
    ],
  );
  if (inserted === undefined) throw new Error('the journal answered no row');
  return inserted;
}

/** Rows since `sinceMs`, in order. */
export async function selectJournalSince(sql: Sql, serverDbid: number, sinceMs: number): Promise<JournalRecord[]> {
  return sql.query<JournalRecord>(
    `SELECT ${COLUMNS} FROM ocm_journal
     WHERE at >= $2 AND group_dbid IN (SELECT dbid FROM ocm_campaign_group WHERE server_dbid = $1) ORDER BY position`,
    [serverDbid, sinceMs],
  );
}

/** Position of the last row of all; 0 where there is none. */
export async function selectLastPosition(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ last: number }>('SELECT coalesce(max(position), 0) AS last FROM ocm_journal', []);
  return row?.last ?? 0;
}

/** A group's rows behind `position`, in order. */
export async function selectJournalAfter(sql: Sql, groupDbid: number, position: number): Promise<JournalRecord[]> {
  return sql.query<JournalRecord>(`SELECT ${COLUMNS} FROM ocm_journal WHERE group_dbid = $1 AND position > $2 ORDER BY position`, [
    groupDbid,
    position,
  ]);
}
