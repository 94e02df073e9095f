import type { Sql } from '../client.js';
import { dialableNow, dueParams, zoneJoin } from '../due.js';
import { type ListTable, quoteName, type ZoneTime } from '../list-table.js';

/** A record that is with an agent, durably (completion.md 4). Times in milliseconds. */
export interface HandOutRow {
  readonly handle: number;
  readonly group_dbid: number;
  readonly session: string;
  readonly list_dbid: number;
  readonly chain_id: number;
  readonly record_id: number;
  /** Null: a call that has no agent yet. */
  readonly agent_id: string | null;
  readonly attempt: number;
  readonly attempt_guid: string;
  readonly call_result: number | null;
  readonly handed_at: number;
  /** Null: no call of the gateway's. */
  readonly call_state: 'placed' | 'answered' | 'released' | null;
}

export interface EndedHandOutRow extends HandOutRow {
  readonly ended_at: number;
  readonly ending: string | null;
  readonly end_result: number | null;
  readonly acknowledgment: string | null;
}

export interface HandOutAsk {
  readonly groupDbid: number;
  /** How the group's retrieved rows are marked. */
  readonly campaignId: number;
  readonly groupId: number;
  readonly session: string;
  readonly recordId: number;
  /** As it was retrieved: where the row has another by now, that is the one to call, and the record is retrieved anew. */
  readonly phone: string;
  /** Null: it is dialed, and an agent comes with the answer. */
  readonly agentId: string | null;
  readonly attemptGuid: string;
}

const COLUMNS = 'handle, group_dbid, session, list_dbid, chain_id, record_id, agent_id, attempt, attempt_guid, call_result, handed_at, call_state';

/**
 * Writes the hand-outs that are asked for, in one statement, and answers those it wrote: a record that
 * is no longer the group's, whose chain somebody has in hand, that may not be dialed at this moment, or
 * whose group no longer runs that session, is left out.
 */
export async function insertHandOuts(
  sql: Sql,
  list: ListTable,
  appId: number,
  asks: readonly HandOutAsk[],
  nowMs: number,
  zones: readonly ZoneTime[],
): Promise<HandOutRow[]> {
  return sql.query<HandOutRow>(
    `INSERT INTO ocm_hand_out (${COLUMNS})
     SELECT nextval('ocm_record_handle'), asked.group_dbid, asked.session, ${list.dbid}, r.chain_id, r.record_id, asked.agent_id,
            coalesce(r.attempt, 0), asked.attempt_guid, NULL, $5,
            CASE WHEN asked.agent_id IS NULL THEN 'placed' END
     FROM unnest($6::int[], $7::text[], $8::int[], $9::text[], $10::text[], $11::int[], $12::int[], $13::text[])
            AS asked(group_dbid, session, record_id, agent_id, attempt_guid, campaign_id, group_id, phone)
     JOIN ocm_campaign_group g ON g.dbid = asked.group_dbid AND g.session = asked.session AND g.status = 5
     JOIN ${quoteName(list.table)} r ON r.record_id = asked.record_id ${zoneJoin}
     WHERE r.record_status = 2 AND r.app_id = $4 AND r.campaign_id = asked.campaign_id AND r.group_id = asked.group_id AND r.contact_info::text = asked.phone
       AND $1::bigint IS NOT NULL AND ${dialableNow(list)}
     ON CONFLICT DO NOTHING
     RETURNING ${COLUMNS}`,
    [
      ...dueParams(nowMs, zones),
      appId,
      nowMs,
      asks.map((ask) => ask.groupDbid),
      asks.map((ask) => ask.session),
      asks.map((ask) => ask.recordId),
      asks.map((ask) => ask.agentId),
      asks.map((ask) => ask.attemptGuid),
      asks.map((ask) => ask.campaignId),
      asks.map((ask) => ask.groupId),
      asks.map((ask) => ask.phone),
    ],
  );
}

export interface HandOutEnd {
  readonly handle: number;
  /** What ended it, in a form that can be compared; null where nobody asked (grace over, unload). */
  readonly ending: string | null;
  /** The event that acknowledged it, so that the same request sent again is answered alike. */
  readonly acknowledgment?: string | null;
  readonly endResult: number | null;
}

/**
 * `h.ended_at IS NULL`, in a form that no partial index answers: those that have been ended since the last vacuum are
 * still in such an index, and a scan of it passes all of them. By their handles hand-outs are found at once.
 */
const STILL_OPEN = 'num_nulls(h.ended_at) = 1';

/** Ends hand-outs that are still open and answers which were; the others had been ended before. */
export async function endHandOuts(sql: Sql, ends: readonly HandOutEnd[], nowMs: number): Promise<HandOutRow[]> {
  return sql.query<HandOutRow>(
    `UPDATE ocm_hand_out h SET ended_at = $1, ending = e.ending, end_result = e.end_result, acknowledgment = e.said
     FROM unnest($2::int[], $3::text[], $4::int[], $5::text[]) AS e(end_handle, ending, end_result, said)
     WHERE h.handle = e.end_handle AND ${STILL_OPEN}
     RETURNING h.handle, h.group_dbid, h.session, h.list_dbid, h.chain_id, h.record_id, h.agent_id, h.attempt, h.attempt_guid, h.call_result, h.handed_at, h.call_state`,
    [nowMs, ends.map((end) => end.handle), ends.map((end) => end.ending), ends.map((end) => end.endResult), ends.map((end) => end.acknowledgment ?? null)],
  );
}

/**
 * Notes call results that were reported of records in hand and answers the hand-outs that were still
 * open; `counts` where the report is what counts the attempt: the first of a record that the gateway
 * did not dial itself.
 */
export async function reportResults(
  sql: Sql,
  reports: readonly { readonly handle: number; readonly callResult: number | null }[],
): Promise<{ handle: number; counts: boolean }[]> {
  return sql.query(
    `WITH before AS (
       SELECT h.handle AS held, h.call_result AS had FROM ocm_hand_out h WHERE h.handle = ANY($1::int[]) AND ${STILL_OPEN} ORDER BY h.handle FOR UPDATE
     )
     UPDATE ocm_hand_out h SET call_result = coalesce(given.result, h.call_result)
     FROM before JOIN unnest($1::int[], $2::int[]) AS given(given_handle, result) ON given.given_handle = before.held
     WHERE h.handle = before.held
     RETURNING h.handle, before.had IS NULL AND given.result IS NOT NULL AND h.call_state IS NULL AS counts`,
    [reports.map((report) => report.handle), reports.map((report) => report.callResult)],
  );
}

/**
 * Ends the open hand-outs of a group (force unload) and answers them. A record whose call was answered
 * stays with its agent until its result.
 */
export async function endHandOutsOfGroup(sql: Sql, groupDbid: number, nowMs: number): Promise<HandOutRow[]> {
  return sql.query<HandOutRow>(
    `UPDATE ocm_hand_out SET ended_at = $2
     WHERE group_dbid = $1 AND ended_at IS NULL AND (agent_id IS NULL OR coalesce(call_state, 'placed') = 'placed')
     RETURNING ${COLUMNS}`,
    [groupDbid, nowMs],
  );
}

export interface CallChange {
  readonly handle: number;
  readonly callState: 'answered' | 'released';
  /** Null leaves the agent as it is. */
  readonly agentId: string | null;
}

/** Notes what has become of calls, and whose they are now. Answers the handles that are still out. */
export async function updateCalls(sql: Sql, changes: readonly CallChange[]): Promise<{ readonly handle: number }[]> {
  return sql.query(
    `UPDATE ocm_hand_out h SET call_state = c.call_state, agent_id = coalesce(c.agent_id, h.agent_id)
     FROM unnest($1::int[], $2::text[], $3::text[]) AS c(call_handle, call_state, agent_id)
     WHERE h.handle = c.call_handle AND ${STILL_OPEN} RETURNING h.handle`,
    [changes.map((change) => change.handle), changes.map((change) => change.callState), changes.map((change) => change.agentId)],
  );
}

/** What is out of a group, oldest first. */
export async function selectOpenHandOutsOfGroup(sql: Sql, groupDbid: number): Promise<HandOutRow[]> {
  return sql.query<HandOutRow>(`SELECT ${COLUMNS} FROM ocm_hand_out WHERE group_dbid = $1 AND ended_at IS NULL ORDER BY handle`, [groupDbid]);
}

/** Whether anything of a group's session is out. */
export async function anyHandOut(sql: Sql, groupDbid: number, session: string): Promise<boolean> {
  const rows = await sql.query('SELECT 1 FROM ocm_hand_out WHERE group_dbid = $1 AND session = $2 AND ended_at IS NULL LIMIT 1', [
    groupDbid,
    session,
  ]);
  return rows.length > 0;
}

/** One hand-out that has ended, where it is still remembered. */
export async function selectEndedHandOut(sql: Sql, handle: number): Promise<EndedHandOutRow | undefined> {
  const [row] = await sql.query<EndedHandOutRow>(
    `SELECT ${COLUMNS}, ended_at, ending, end_result, acknowledgment FROM ocm_hand_out WHERE handle = $1 AND ended_at IS NOT NULL`,
    [handle],
  );
  return row;
}

/** Forgets hand-outs of this server that ended before `beforeMs`. */
export async function deleteEndedHandOuts(sql: Sql, serverDbid: number, beforeMs: number): Promise<void> {
  await sql.query(
    `DELETE FROM ocm_hand_out
     WHERE ended_at < $2 AND group_dbid IN (SELECT dbid FROM ocm_campaign_group WHERE server_dbid = $1)`,
    [serverDbid, beforeMs],
  );
}

/** Ends open hand-outs of this server whose group and list, or group and agent, do not go together any more. */
export async function endStrandedHandOuts(
  sql: Sql,
  serverDbid: number,
  lists: readonly { readonly group: number; readonly list: number }[],
  agents: readonly { readonly group: number; readonly agentId: string }[],
  nowMs: number,
): Promise<HandOutRow[]> {
  return sql.query<HandOutRow>(
    `UPDATE ocm_hand_out h SET ended_at = $1
     WHERE ended_at IS NULL
       AND group_dbid IN (SELECT dbid FROM ocm_campaign_group WHERE server_dbid = $2)
       AND ((agent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM unnest($3::int[], $4::text[]) AS a(known_group, known_agent)
                                                  WHERE a.known_group = h.group_dbid AND a.known_agent = h.agent_id))
         OR NOT EXISTS (SELECT 1 FROM unnest($5::int[], $6::int[]) AS k(known_group, known_list)
                        WHERE k.known_group = h.group_dbid AND k.known_list = h.list_dbid))
     RETURNING ${COLUMNS}`,
    [nowMs, serverDbid, agents.map(({ group }) => group), agents.map(({ agentId }) => agentId), lists.map(({ group }) => group), lists.map(({ list }) => list)],
  );
}
