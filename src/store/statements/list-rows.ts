import type { Sql } from '../client.js';
import { customFieldsJson, type ListTable, quoteName, setCustomFields } from '../list-table.js';
import { LAST_PLACE, type RecordRow } from '../record-row.js';

/** What is written into the row of a record whose hand-out ends. */
export interface EndedRow {
  readonly recordId: number;
  readonly chainId: number;
  /** Final, or Ready (1) for a record that is to be dialed again. */
  readonly status: number;
  /** Null leaves what the row has, as in every field that may be null. */
  readonly callResult: number | null;
  readonly agentId: string | null;
  /** Seconds since the epoch. */
  readonly callTimeSeconds: number | null;
  /** Attempts to add. */
  readonly attempts: number;
  readonly customFields: Readonly<Record<string, string | number | null>>;
  readonly recordType: number | null;
  /** Seconds since the epoch. */
  readonly dialSchedTime: number | null;
  /** Written, or cleared, where `recordType` is set. */
  readonly treatments: string | null;
  /**
   * What becomes of the other rows of the chain that are retrieved; `none`: none was retrieved with it. `likeThis` is
   * said of the whole chain, with what was added to it since.
   */
  readonly others: 'chainUpdated' | 'likeThis' | 'ready' | 'none';
  /** When the next row of the chain is due, where that is set. Seconds since the epoch. */
  readonly nextDueAt: number | null;
}

/**
 * Writes the rows of records whose hand-outs end, in one statement, and in another the other rows of their
 * chains. Only rows that this server holds are written; answers how many records.
 */
export async function writeEndedRows(sql: Sql, list: ListTable, appId: number, rows: readonly EndedRow[]): Promise<number> {
  const chained = rows.filter(({ others }) => others !== 'none');
  const [written] = await Promise.all([writeRows(sql, list, appId, rows), chained.length > 0 && writeOthers(sql, list, appId, chained)]);
  return written;
}

async function writeRows(sql: Sql, list: ListTable, appId: number, rows: readonly EndedRow[]): Promise<number> {
  const written = await sql.query(
    `UPDATE ${quoteName(list.table)} t
     SET record_status = done.status, call_result = coalesce(done.result, t.call_result), agent_id = coalesce(done.agent, t.agent_id),
         call_time = coalesce(done.at, t.call_time), attempt = coalesce(t.attempt, 0) + done.attempts,
         record_type = coalesce(done.type, t.record_type), dial_sched_time = coalesce(done.due, t.dial_sched_time),
         treatments = CASE WHEN done.type IS NULL THEN t.treatments ELSE done.treatments END,
         campaign_id = CASE WHEN done.status = 1 THEN NULL ELSE t.campaign_id END,
         group_id = CASE WHEN done.status = 1 THEN NULL ELSE t.group_id END,
         app_id = CASE WHEN done.status = 1 THEN NULL ELSE t.app_id END${setCustomFields(list, 'done.fields')}
     FROM (
       SELECT id, status, result, agent, at, attempts, fields::jsonb AS fields, type, due, treatments
       FROM unnest($2::int[], $3::int[], $4::int[], $5::text[], $6::int[], $7::int[], $8::text[], $9::int[], $10::int[], $11::text[])
         AS given(id, status, result, agent, at, attempts, fields, type, due, treatments)
     ) done
     WHERE t.record_id = done.id AND t.record_status = 2 AND t.app_id = $1
     RETURNING 1`,
    [
      appId,
      rows.map((row) => row.recordId),
      rows.map((row) => row.status),
      rows.map((row) => row.callResult),
      rows.map((row) => row.agentId),
      rows.map((row) => row.callTimeSeconds),
      rows.map((row) => row.attempts),
      rows.map((row) => JSON.stringify(row.customFields)),
      rows.map((row) => row.recordType),
      rows.map((row) => row.dialSchedTime),
      rows.map((row) => row.treatments),
    ],
  );
  return written.length;
}

async function writeOthers(sql: Sql, list: ListTable, appId: number, rows: readonly EndedRow[]): Promise<void> {
  const table = quoteName(list.table);
  await sql.query(
    `UPDATE ${table} t
     SET record_status = CASE done.others WHEN 'chainUpdated' THEN 7 WHEN 'likeThis' THEN done.status ELSE 1 END,
         call_result = CASE WHEN done.others = 'likeThis' THEN coalesce(done.result, t.call_result) ELSE t.call_result END,
         record_type = CASE WHEN done.others = 'likeThis' THEN coalesce(done.type, t.record_type) ELSE t.record_type END,
         dial_sched_time = CASE WHEN done.next_due IS NOT NULL AND coalesce(t.chain_n, ${LAST_PLACE}) = (
             SELECT min(coalesce(n.chain_n, ${LAST_PLACE})) FROM ${table} n WHERE n.chain_id = t.chain_id AND n.record_id <> done.id AND n.record_status = 2
           ) THEN done.next_due ELSE t.dial_sched_time END,
         campaign_id = CASE WHEN done.others = 'ready' THEN NULL ELSE t.campaign_id END,
         group_id = CASE WHEN done.others = 'ready' THEN NULL ELSE t.group_id END,
         app_id = CASE WHEN done.others = 'ready' THEN NULL ELSE t.app_id END
     FROM unnest($2::int[], $3::int[], $4::int[], $5::int[], $6::text[], $7::int[], $8::int[]) AS done(chain, id, status, result, others, next_due, type)
     WHERE t.chain_id = done.chain AND t.record_id <> done.id
       AND ((t.record_status = 2 AND t.app_id = $1) OR (t.record_status = 1 AND done.others = 'likeThis'))`,
    [
      appId,
      rows.map((row) => row.chainId),
      rows.map((row) => row.recordId),
      rows.map((row) => row.status),
      rows.map((row) => row.callResult),
      rows.map((row) => row.others),
      rows.map((row) => row.nextDueAt),
      rows.map((row) => row.recordType),
    ],
  );
}

/** Puts chains whose hand-outs have ended in this transaction back to Ready. */
export async function releaseChains(sql: Sql, list: ListTable, appId: number, chainIds: readonly number[]): Promise<void> {
  await sql.query(
    `UPDATE ${quoteName(list.table)} SET record_status = 1, campaign_id = NULL, group_id = NULL, app_id = NULL
     WHERE chain_id = ANY($1::int[]) AND record_status = 2 AND app_id = $2`,
    [chainIds, appId],
  );
}

/**
 * Puts back to Ready whatever this server retrieved and nobody has in hand: all of it (after a crash,
 * buffers are gone), that of one campaign group (stop, unload), some chains of one, or some chains whoever retrieved them.
 * Answers how many rows.
 */
export async function releaseUnheld(
  sql: Sql,
  list: ListTable,
  appId: number,
  of: { readonly campaignId?: number; readonly groupId?: number; readonly chainIds?: readonly number[] } = {},
): Promise<number> {
  const rows = await sql.query(
    `UPDATE ${quoteName(list.table)} t SET record_status = 1, campaign_id = NULL, group_id = NULL, app_id = NULL
     WHERE t.record_status = 2 AND t.app_id = $1 AND ($2::int IS NULL OR t.campaign_id = $2) AND ($3::int IS NULL OR t.group_id = $3)
       AND ($4::int[] IS NULL OR t.chain_id = ANY($4))
       AND NOT EXISTS (SELECT 1 FROM ocm_hand_out h WHERE h.list_dbid = ${list.dbid} AND h.chain_id = t.chain_id AND h.ended_at IS NULL)
     RETURNING t.record_id`,
    [appId, of.campaignId ?? null, of.groupId ?? null, of.chainIds ?? null],
  );
  return rows.length;
}

const recordColumnsOf = (list: ListTable): string =>
  `${list.dbid} AS list_dbid, 2 AS urgency, t.record_id, t.chain_id, coalesce(t.chain_n, ${LAST_PLACE}) AS chain_n, t.record_type, t.contact_info::text, t.contact_info_type,
   t.call_result, t.attempt, t.tz_dbid, t.dial_sched_time, t.treatments::text, nullif(t.agent_id::text, '') AS agent_id, ${customFieldsJson(list, 't')} AS custom`;

/**
 * The rows of chains in hand, for records that outlived a restart: those in hand, and with them what was
 * retrieved of their chains. The others are final, and there is nothing to go on to in them.
 */
export async function selectChains(sql: Sql, list: ListTable, inHand: readonly { readonly chain_id: number; readonly record_id: number }[]): Promise<RecordRow[]> {
  return sql.query<RecordRow>(
    `SELECT ${recordColumnsOf(list)} FROM ${quoteName(list.table)} t
     WHERE t.chain_id = ANY($1::int[]) AND (t.record_status = 2 OR t.record_id = ANY($2::int[])) ORDER BY t.chain_id, t.chain_n`,
    [inHand.map((row) => row.chain_id), inHand.map((row) => row.record_id)],
  );
}

/** Every row of a chain, whatever its status, in the order of their places. */
export async function selectChainRows(sql: Sql, list: ListTable, chainId: number): Promise<RecordRow[]> {
  return sql.query<RecordRow>(`SELECT ${recordColumnsOf(list)} FROM ${quoteName(list.table)} t WHERE t.chain_id = $1 ORDER BY chain_n, record_id`, [chainId]);
}

/** Rows that another application marked Retrieved: left alone and reported (completion.md 4). */
export async function countForeign(sql: Sql, list: ListTable, appId: number): Promise<{ app_id: number | null; count: number }[]> {
  return sql.query(
    `SELECT app_id, count(*) AS count FROM ${quoteName(list.table)} WHERE record_status = 2 AND app_id IS DISTINCT FROM $1 GROUP BY app_id`,
    [appId],
  );
}
