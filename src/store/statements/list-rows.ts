import { sqlType } from '../../lists/record-fields.js';
import type { Sql } from '../client.js';
import { customFieldsJson, type ListTable, quoteName } from '../list-table.js';
import type { RecordRow } from '../record-row.js';

/** A row that becomes final. */
export interface FinalRow {
  readonly recordId: number;
  readonly chainId: number;
  readonly status: number;
  /** Null leaves what the row has. */
  readonly callResult: number | null;
  readonly agentId: string;
  /** Seconds since the epoch; null where no call was made. */
  readonly callTimeSeconds: number | null;
  /** Attempts to add. */
  readonly attempts: number;
  readonly customFields: Readonly<Record<string, string | number | null>>;
}

/**
 * Writes final rows, in one statement, and makes the other rows of their chains ChainUpdated, in a
 * second. Only rows that this server holds are written; answers how many.
 */
export async function writeFinalRows(sql: Sql, list: ListTable, appId: number, rows: readonly FinalRow[]): Promise<number> {
  const table = quoteName(list.table);
  const custom = list.customFields.map(
    (field) =>
      `, ${quoteName(field.name)} = CASE WHEN done.fields ? '${field.name}' THEN (done.fields ->> '${field.name}')::${sqlType(field)} ELSE t.${quoteName(field.name)} END`,
  );
  const written = await sql.query(
    `UPDATE ${table} t
     SET record_status = done.status, call_result = coalesce(done.result, t.call_result), agent_id = done.agent,
         call_time = coalesce(done.at, t.call_time), attempt = coalesce(t.attempt, 0) + done.attempts${custom.join('')}
     FROM (
       SELECT id, status, result, agent, at, attempts, fields::jsonb AS fields
       FROM unnest($2::int[], $3::int[], $4::int[], $5::text[], $6::int[], $7::int[], $8::text[])
         AS given(id, status, result, agent, at, attempts, fields)
     ) done
     WHERE t.record_id = done.id AND t.record_status = 2 AND t.app_id = $1
     RETURNING t.record_id`,
    [
      appId,
      rows.map((row) => row.recordId),
      rows.map((row) => row.status),
      rows.map((row) => row.callResult),
      rows.map((row) => row.agentId),
      rows.map((row) => row.callTimeSeconds),
      rows.map((row) => row.attempts),
      rows.map((row) => JSON.stringify(row.customFields)),
    ],
  );
  await sql.query(
    `UPDATE ${table} t SET record_status = 7
     FROM unnest($2::int[], $3::int[]) AS done(chain, id)
     WHERE t.chain_id = done.chain AND t.record_id <> done.id AND t.record_status = 2 AND t.app_id = $1`,
    [appId, rows.map((row) => row.chainId), rows.map((row) => row.recordId)],
  );
  return written.length;
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
 * buffers are gone), that of one campaign group (stop, unload), or some chains of one. Answers how many rows.
 */
export async function releaseUnheld(
  sql: Sql,
  list: ListTable,
  appId: number,
  of?: { readonly campaignId: number; readonly groupId: number; readonly chainIds?: readonly number[] },
): Promise<number> {
  const ofGroup = of === undefined ? '' : 'AND t.campaign_id = $2 AND t.group_id = $3';
  const ofChains = of?.chainIds === undefined ? '' : 'AND t.chain_id = ANY($4::int[])';
  const rows = await sql.query(
    `UPDATE ${quoteName(list.table)} t SET record_status = 1, campaign_id = NULL, group_id = NULL, app_id = NULL
     WHERE t.record_status = 2 AND t.app_id = $1 ${ofGroup} ${ofChains}
       AND NOT EXISTS (SELECT 1 FROM ocm_hand_out h WHERE h.list_dbid = ${list.dbid} AND h.chain_id = t.chain_id AND h.ended_at IS NULL)
     RETURNING t.record_id`,
    of === undefined ? [appId] : [appId, of.campaignId, of.groupId, ...(of.chainIds === undefined ? [] : [of.chainIds])],
  );
  return rows.length;
}

/** The rows of chains in hand, for records that outlived a restart. */
export async function selectChains(sql: Sql, list: ListTable, chainIds: readonly number[]): Promise<RecordRow[]> {
  return sql.query<RecordRow>(
    `SELECT ${list.dbid} AS list_dbid, 2 AS urgency, t.record_id, t.chain_id, t.chain_n, t.record_type, t.contact_info, t.contact_info_type,
            t.call_result, t.attempt, t.tz_dbid, t.agent_id, ${customFieldsJson(list, 't')} AS custom
     FROM ${quoteName(list.table)} t WHERE t.chain_id = ANY($1::int[]) ORDER BY t.chain_id, t.chain_n`,
    [chainIds],
  );
}

/** Rows that another application marked Retrieved: left alone and reported (completion.md 4). */
export async function countForeign(sql: Sql, list: ListTable, appId: number): Promise<{ app_id: number | null; count: number }[]> {
  return sql.query(
    `SELECT app_id, count(*) AS count FROM ${quoteName(list.table)} WHERE record_status = 2 AND app_id IS DISTINCT FROM $1 GROUP BY app_id`,
    [appId],
  );
}
