import type { Sql } from '../client.js';
import { due, dueParams, zoneJoin } from '../due.js';
import { customFieldsJson, type ListTable, quoteName, type ZoneTime } from '../list-table.js';
import { LAST_PLACE, type RecordRow } from '../record-row.js';

/** Order: callbacks, then rescheduled, then general (engine.md, Records); then the filter's, then record_id. */
const URGENCY = 'CASE WHEN r.record_type IN (5, 6) THEN 0 WHEN r.record_type IN (3, 4) THEN 1 ELSE 2 END';

/** Whose personal records are taken: callbacks, and redials that are for one agent. */
export interface PersonalOf {
  readonly callbacks: readonly string[];
  readonly redials: readonly string[];
}

const PERSONAL = 'r.record_type IN (4, 5) AND r.agent_id IS NOT NULL';

/**
 * Marks up to `limit` chains that are due Retrieved for a group and answers their rows, whole chains
 * in order. A chain is locked by its first row; what another session has locked is passed over. What is
 * personal is taken only where `personal` says for whom, and nothing else then.
 */
export async function takeChains(
  sql: Sql,
  list: ListTable,
  taker: { campaignId: number; groupId: number; appId: number },
  limit: number,
  nowMs: number,
  zones: readonly ZoneTime[],
  personal?: PersonalOf,
): Promise<RecordRow[]> {
  const ofAgent = 'CASE r.record_type WHEN 5 THEN r.agent_id = ANY($8::text[]) ELSE r.agent_id = ANY($9::text[]) END';
  const whose = personal === undefined ? `NOT (${PERSONAL})` : `${PERSONAL} AND ${ofAgent}`;
  const table = quoteName(list.table);
  const order = list.filter?.order === undefined ? '' : `${list.filter.order}, `;
  return sql.query<RecordRow>(
    `WITH first AS (
       SELECT r.chain_id, ${URGENCY} AS urgency, row_number() OVER (ORDER BY ${URGENCY}, ${order}r.record_id) AS place
       FROM (
         SELECT r.* FROM ${table} r ${zoneJoin}
         WHERE ${whose} AND ${due(list)}
         ORDER BY ${URGENCY}, ${order}r.record_id
         LIMIT $7
         FOR UPDATE OF r SKIP LOCKED
       ) r
     ), taken AS (
       UPDATE ${table} t
       SET record_status = 2, campaign_id = $4, group_id = $5, app_id = $6
       FROM first
       WHERE t.chain_id = first.chain_id AND t.record_status = 1
       RETURNING first.urgency, first.place, ${list.dbid} AS list_dbid, t.record_id, t.chain_id,
         coalesce(t.chain_n, ${LAST_PLACE}) AS chain_n, t.record_type, t.contact_info::text,
         t.contact_info_type, t.call_result, t.attempt, t.tz_dbid, t.dial_sched_time, t.treatments::text, t.agent_id::text, ${customFieldsJson(list, 't')} AS custom
     )
     SELECT * FROM taken ORDER BY place, chain_n`,
    [...dueParams(nowMs, zones), taker.campaignId, taker.groupId, taker.appId, limit, ...(personal === undefined ? [] : [personal.callbacks, personal.redials])],
  );
}
