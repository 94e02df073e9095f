import type { Sql } from '../client.js';
import { customerIdField, type ListTable, quoteName } from '../list-table.js';

/** Whose records are meant: those of a number, or of a customer. */
export type RecordsOf = { readonly phone: string } | { readonly customerId: string };

/** A row that waits (Ready, or retrieved by this server) or is in hand, and the hand-out of its chain. */
export interface WaitingRow {
  readonly record_id: number;
  readonly chain_id: number | null;
  /** The hand-out that has its chain; null where nobody has. */
  readonly handle: number | null;
  /** The row of the chain that is in hand. */
  readonly held_record_id: number | null;
  readonly held_by: string | null;
}

/** The rows of a number or customer that are not final; only lists that know such rows have any. */
export async function selectWaiting(sql: Sql, list: ListTable, appId: number, of: RecordsOf): Promise<WaitingRow[]> {
  const field = customerIdField(list);
  if (!('phone' in of) && field === undefined) return [];
  const [condition, value] = 'phone' in of ? ['t.contact_info = $2', of.phone] : [`t.${quoteName(field ?? '')}::text = $2`, of.customerId];
  return sql.query<WaitingRow>(
    `SELECT t.record_id, t.chain_id, h.handle, h.record_id AS held_record_id, h.agent_id AS held_by
     FROM ${quoteName(list.table)} t
     LEFT JOIN ocm_hand_out h ON h.list_dbid = ${list.dbid} AND h.chain_id = t.chain_id AND h.ended_at IS NULL
     WHERE ${condition} AND (t.record_status = 1 OR (t.record_status = 2 AND t.app_id = $1))
     ORDER BY t.record_id`,
    [appId, value],
  );
}

/** What rows are closed with. */
export interface Closing {
  readonly status: number;
  readonly callResult: number;
  /** Null leaves what the row has. */
  readonly recordType: number | null;
}

/**
 * Makes rows final that wait: these, and every one of these chains. The row that is in somebody's hand
 * is not touched: its hand-out says how it ends.
 */
export async function closeRecords(
  sql: Sql,
  list: ListTable,
  appId: number,
  which: { readonly recordIds: readonly number[]; readonly chainIds: readonly number[] },
  closing: Closing,
): Promise<void> {
  await sql.query(
    `UPDATE ${quoteName(list.table)} t
     SET record_status = $4, call_result = $5, record_type = coalesce($6::int, t.record_type)
     WHERE (t.record_id = ANY($2::int[]) OR t.chain_id = ANY($3::int[])) AND (t.record_status = 1 OR (t.record_status = 2 AND t.app_id = $1))
       AND NOT EXISTS (SELECT 1 FROM ocm_hand_out h WHERE h.list_dbid = ${list.dbid} AND h.record_id = t.record_id AND h.ended_at IS NULL)`,
    [appId, which.recordIds, which.chainIds, closing.status, closing.callResult, closing.recordType],
  );
}
