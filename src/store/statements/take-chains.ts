import type { Sql } from '../client.js';
import { due, dueOrForbidden, dueParams, isPersonalRow, onDoNotCall, orderOf, urgencyOf, zoneJoin } from '../due.js';
import { dueCandidates } from '../due-candidates.js';
import { customFieldsJson, type ListTable, quoteName, type ZoneTime } from '../list-table.js';
import { LAST_PLACE, type RecordRow } from '../record-row.js';
import { FORBIDDEN } from './finalize-forbidden.js';

/** Order: by urgency, then the filter's, then record_id. */
const URGENCY = `CASE ${urgencyOf('r.')} END`;

const PERSONAL = isPersonalRow('r.');

/** For whom chains are taken. */
export interface Taker {
  readonly campaignId: number;
  readonly groupId: number;
  readonly appId: number;
}

interface Counts {
  /** Records that were looked at: as many as asked for, unless there are no more. */
  readonly looked: number;
  /** Records whose number is on the do-not-call list: they are final now. */
  readonly forbidden: number;
  /** Records that another session has locked, or another record of whose chain. */
  readonly locked: number;
}

/** What one look at a list has brought. */
export interface Taken extends Counts {
  /** Of whole chains, in order. */
  readonly rows: readonly RecordRow[];
}

/** Where nothing was taken there are the counts alone. */
interface NoRow {
  readonly record_id: null;
}

/**
 * Looks at the next `look` records that lead a chain and are due, and marks up to `chains` of their chains Retrieved for
 * a group. A chain is locked by its first row, and then the others; one of which another session has locked any is passed over. Numbers on the do-not-call
 * list are made final instead: they are met here. What is personal is left.
 */
export async function takeChains(sql: Sql, list: ListTable, taker: Taker, want: { readonly chains: number; readonly look: number }, nowMs: number, zones: readonly ZoneTime[]): Promise<Taken> {
  const table = quoteName(list.table);
  const rows = await sql.query<Counts & (RecordRow | NoRow)>(
    `${dueCandidates(list, '$7::int', 'anybody')}, met AS MATERIALIZED (
       SELECT r.record_id, r.chain_id, r.urgency, r.forbidden, row_number() OVER (ORDER BY r.urgency, ${orderOf(list)}r.record_id) AS place
       FROM (
         SELECT r.*, ${URGENCY} AS urgency, ${onDoNotCall(list)} AS forbidden FROM ${table} r ${zoneJoin}
         WHERE r.record_id = ANY(ARRAY(SELECT record_id FROM candidate)) AND NOT (${PERSONAL}) AND ${dueOrForbidden(list)}
         FOR UPDATE OF r SKIP LOCKED
       ) r
     ), ${restOfChains(list)}, forbidden AS (
       UPDATE ${table} t SET ${FORBIDDEN} WHERE t.record_id = ANY(ARRAY(SELECT record_id FROM met WHERE forbidden)) RETURNING t.record_id
     ), first AS MATERIALIZED (
       SELECT * FROM met WHERE NOT forbidden AND chain_id NOT IN (SELECT chain_id FROM held) ORDER BY place LIMIT $8::int
     ), taken AS (${retrieve(list)})
     SELECT * FROM (SELECT (SELECT count(*) FROM candidate) AS looked, (SELECT count(*) FROM forbidden) AS forbidden,
         (SELECT count(*) FROM candidate) - (SELECT count(*) FROM met) + (SELECT count(*) FROM held) AS locked) counts LEFT JOIN taken ON true
     ORDER BY place, chain_n`,
    [...dueParams(nowMs, zones), taker.campaignId, taker.groupId, taker.appId, want.look, want.chains],
  );
  const [first] = rows;
  return { rows: rows.filter((row) => row.record_id !== null), looked: first?.looked ?? 0, forbidden: first?.forbidden ?? 0, locked: first?.locked ?? 0 };
}

/** Whose personal records are taken: callbacks, and redials that are for one agent. */
export interface PersonalOf {
  readonly callbacks: readonly string[];
  readonly redials: readonly string[];
}

/** Marks up to `limit` chains Retrieved that are due and are these agents' own, and answers their rows, in order. */
export async function takePersonalChains(
  sql: Sql,
  list: ListTable,
  taker: Taker,
  limit: number,
  nowMs: number,
  zones: readonly ZoneTime[],
  { callbacks, redials }: PersonalOf,
): Promise<RecordRow[]> {
  return sql.query<RecordRow>(
    `WITH met AS MATERIALIZED (
       SELECT r.record_id, r.chain_id, false AS forbidden, ${URGENCY} AS urgency, row_number() OVER (ORDER BY ${URGENCY}, ${orderOf(list)}r.record_id) AS place
       FROM (
         SELECT r.* FROM ${quoteName(list.table)} r ${zoneJoin}
         WHERE ${PERSONAL} AND CASE r.record_type WHEN 5 THEN r.agent_id = ANY($8::text[]) ELSE r.agent_id = ANY($9::text[]) END AND ${due(list)}
         ORDER BY ${URGENCY}, ${orderOf(list)}r.record_id
         LIMIT $7
         FOR UPDATE OF r SKIP LOCKED
       ) r
     ), ${restOfChains(list)}, first AS (
       SELECT * FROM met WHERE chain_id NOT IN (SELECT chain_id FROM held)
     ), taken AS (${retrieve(list)})
     SELECT * FROM taken ORDER BY place, chain_n`,
    [...dueParams(nowMs, zones), taker.campaignId, taker.groupId, taker.appId, limit, callbacks, redials],
  );
}

/**
 * Locks the other rows of the chains that `met` leads, and answers as `held` the chains of which another session has locked one:
 * whoever wrote to them would wait for it.
 */
function restOfChains(list: ListTable): string {
  const others = `${quoteName(list.table)} t JOIN met ON t.chain_id = met.chain_id AND t.record_id <> met.record_id WHERE NOT met.forbidden AND t.record_status = 1`;
  return `beside AS MATERIALIZED (SELECT t.record_id FROM ${others} FOR UPDATE OF t SKIP LOCKED),
     held AS MATERIALIZED (SELECT DISTINCT met.chain_id FROM ${others} AND t.record_id NOT IN (SELECT record_id FROM beside))`;
}

/** Marks the chains that `first` names Retrieved. */
function retrieve(list: ListTable): string {
  return `UPDATE ${quoteName(list.table)} t
       SET record_status = 2, campaign_id = $4, group_id = $5, app_id = $6
       FROM first
       WHERE t.chain_id = first.chain_id AND t.record_status = 1
       RETURNING first.urgency, first.place, ${list.dbid} AS list_dbid, t.record_id, t.chain_id,
         coalesce(t.chain_n, ${LAST_PLACE}) AS chain_n, t.record_type, t.contact_info::text,
         t.contact_info_type, t.call_result, t.attempt, t.tz_dbid, t.dial_sched_time, t.treatments::text, nullif(t.agent_id::text, '') AS agent_id, ${customFieldsJson(list, 't')} AS custom`;
}
