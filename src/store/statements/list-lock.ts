import { type Sql, StatementFailed } from '../client.js';

/** The first key of the advisory locks on calling lists; the second is the list's DBID. */
const LIST_LOCK = 0x0c3;
/** Held while new record ids of a list are given out. */
const RECORD_ID_LOCK = 0x0c4;
/** Between records that are handed out and records that are closed where they wait. */
const HAND_OUT_LOCK = 0x0c5;

/**
 * Whoever adds rows to a list holds it shared until the commit; a completion takes it exclusive, so
 * that its probe sees whatever was acknowledged before (completion.md 2).
 */
export async function lockListShared(sql: Sql, listDbid: number): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock_shared($1, $2)', [LIST_LOCK, listDbid], { prepared: true });
}

/** The same of several, in the order of their DBIDs. */
export async function lockListsShared(sql: Sql, listDbids: readonly number[]): Promise<void> {
  await Promise.all(listDbids.toSorted((a, b) => a - b).map((dbid) => lockListShared(sql, dbid)));
}

/** In the order of their DBIDs, so that two completions never wait for each other in a circle. */
export async function lockListsExclusive(sql: Sql, listDbids: readonly number[]): Promise<void> {
  for (const dbid of listDbids.toSorted((a, b) => a - b)) {
    await sql.query('SELECT pg_advisory_xact_lock($1, $2)', [LIST_LOCK, dbid]);
  }
}

export async function lockRecordIds(sql: Sql, listDbid: number): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1, $2)', [RECORD_ID_LOCK, listDbid]);
}

/** Whoever hands records of lists out holds them shared; in the order of their DBIDs. */
export async function lockHandOutsShared(sql: Sql, listDbids: readonly number[]): Promise<void> {
  const ask = (dbid: number) => sql.query('SELECT pg_advisory_xact_lock_shared($1, $2)', [HAND_OUT_LOCK, dbid], { prepared: true });
  await Promise.all(listDbids.toSorted((a, b) => a - b).map(ask));
}

/**
 * Whoever closes records that are in nobody's hands takes it, and then looks whose they are: a hand-out that has begun
 * is committed by then, and one that has not finds the record closed.
 */
export async function lockHandOutsExclusive(sql: Sql, listDbid: number): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock($1, $2)', [HAND_OUT_LOCK, listDbid]);
}

/** How long the transaction waits from here on for a row, or a table, that another session has locked; then isLockTimeout. */
export async function waitForRows(sql: Sql, ms: number): Promise<void> {
  await sql.query("SELECT set_config('lock_timeout', $1, true)", [String(ms)], { prepared: true });
}

/** Whether a statement has waited in vain for a lock (lock_not_available). */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof StatementFailed && error.code === '55P03';
}
