import type { Sql } from '../client.js';

/** The first key of the advisory locks on calling lists; the second is the list's DBID. */
const LIST_LOCK = 0x0c3;
/** Held while new record ids of a list are given out. */
const RECORD_ID_LOCK = 0x0c4;

/**
 * Whoever adds rows to a list holds it shared until the commit; a completion takes it exclusive, so
 * that its probe sees whatever was acknowledged before (completion.md 2).
 */
export async function lockListShared(sql: Sql, listDbid: number): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock_shared($1, $2)', [LIST_LOCK, listDbid]);
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
