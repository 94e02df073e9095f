import type { Sql, StoreClient } from '../../src/store/client.js';
import { quoteName } from '../../src/store/list-table.js';
import type { SoakGroup } from './deployment.js';
import type { JournalEntry, StoredGroup } from './invariants/journal-fold.js';
import type { RestRow, StrandedRow } from './invariants/records-kept.js';

/** What a store holds at one moment. */
export interface Snapshot {
  /** Behind the position that was asked for. */
  readonly journal: readonly JournalEntry[];
  readonly groups: readonly StoredGroup[];
  readonly stranded: readonly StrandedRow[];
  readonly rowCounts: ReadonlyMap<string, number>;
}

const OPEN_OUT = 'SELECT 1 FROM ocm_hand_out h WHERE h.list_dbid = $1 AND h.chain_id = t.chain_id AND h.ended_at IS NULL';

/** Reads everything as it is at one moment, so that what belongs together is compared with each other. */
export function readSnapshot(client: StoreClient, groups: readonly SoakGroup[], after: number): Promise<Snapshot> {
  return client.session(async (sql) => {
    await sql.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const journal = await sql.query<JournalEntry>('SELECT position, group_dbid, session, number, kind, status, at, cause FROM ocm_journal WHERE position > $1 ORDER BY position', [after]);
    const stored = await sql.query<StoredGroup>('SELECT dbid, status, session, last_number AS "lastNumber" FROM ocm_campaign_group');
    const stranded: StrandedRow[] = [];
    const rowCounts = new Map<string, number>();
    for (const { table, listDbid, dbid } of groups) {
      stranded.push(...(await strandedIn(sql, table, listDbid, dbid)));
      const [row] = await sql.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${quoteName(table)}`);
      rowCounts.set(table, row?.count ?? 0);
    }
    await sql.query('COMMIT');
    return { journal, groups: stored, stranded, rowCounts };
  });
}

async function strandedIn(sql: Sql, table: string, list: number, group: number): Promise<StrandedRow[]> {
  return sql.query<StrandedRow>(
    `SELECT $3::text AS table, record_id AS "recordId" FROM ${quoteName(table)} t
     WHERE record_status = 2 AND NOT EXISTS (${OPEN_OUT}) AND EXISTS (SELECT 1 FROM ocm_campaign_group g WHERE g.dbid = $2 AND g.status = 0)`,
    [list, group, table],
  );
}

/** Rows that are not final, or handed out. */
export async function readRest(sql: Sql, groups: readonly SoakGroup[]): Promise<RestRow[]> {
  const found: RestRow[] = [];
  for (const { table, listDbid } of groups) {
    found.push(
      ...(await sql.query<RestRow>(
        `SELECT $2::text AS table, record_id AS "recordId", record_status AS status, EXISTS (${OPEN_OUT}) AS "handedOut"
         FROM ${quoteName(table)} t WHERE record_status IN (0, 1, 2, 9, 10) OR EXISTS (${OPEN_OUT})`,
        [listDbid, table],
      )),
    );
  }
  return found;
}

export interface FoundRow {
  readonly phone: string;
  readonly status: number;
  readonly result: number | null;
}

/** The rows of these phones in a list. */
export function readPhones(sql: Sql, table: string, phones: readonly string[]): Promise<FoundRow[]> {
  return sql.query<FoundRow>(`SELECT contact_info AS phone, record_status AS status, call_result AS result FROM ${quoteName(table)} WHERE contact_info = ANY($1::text[])`, [phones]);
}
