import type { Sql } from '../client.js';
import { dueOrForbidden, dueParams, isPersonalRow, NOW_SECONDS, zoneJoin } from '../due.js';
import { type ListTable, quoteName, type ZoneTime } from '../list-table.js';

/** Chains made final in one go, so that a list full of them does not hold the store. */
const BATCH = 1000;

/** Whether a list has any Ready record that is for one agent: most have none, and thousands of agents need not be named to the store for it. */
export async function hasPersonalRows(sql: Sql, list: ListTable): Promise<boolean> {
  const rows = await sql.query(`SELECT 1 FROM ${quoteName(list.table)} WHERE record_status = 1 AND ${isPersonalRow('')} LIMIT 1`);
  return rows.length > 0;
}

/** An agent who is not there, and since when. Seconds since the epoch. */
export interface AbsentAgent {
  readonly agentId: string;
  readonly sinceSeconds: number;
}

/**
 * Makes personal callbacks final (MissedCallBack) that have been due for `waitSeconds` without their agent;
 * the others of their chains, which were for the same person, are ChainUpdated. Agents who are neither
 * there nor listed as absent count as absent since `sinceSeconds`. Only what leads its chain and is due at this
 * moment can be missed (engine.md, Records); the wait counts from its schedule, also where its window opened later.
 * Answers how many rows were made final.
 */
export async function finalizeMissed(
  sql: Sql,
  list: ListTable,
  of: { readonly present: readonly string[]; readonly absent: readonly AbsentAgent[]; readonly sinceSeconds: number; readonly waitSeconds: number },
  nowMs: number,
  zones: readonly ZoneTime[],
): Promise<number> {
  const table = quoteName(list.table);
  const rows = await sql.query(
    `WITH missed AS (
       SELECT r.record_id, r.chain_id
       FROM ${table} r ${zoneJoin} LEFT JOIN unnest($5::text[], $6::int[]) AS absent(absent_id, absent_since) ON absent.absent_id = r.agent_id
       WHERE ${isPersonalRow('r.')} AND NOT r.agent_id = ANY($4::text[])
         AND greatest(coalesce(r.dial_sched_time, 0), coalesce(absent.absent_since, $7::int)) <= ${NOW_SECONDS} - $8::int AND ${dueOrForbidden(list)}
       ORDER BY r.record_id LIMIT ${BATCH} FOR UPDATE OF r SKIP LOCKED
     )
     UPDATE ${table} t SET record_status = CASE WHEN t.record_id = missed.record_id THEN 8 ELSE 7 END
     FROM missed
     WHERE (t.record_id = missed.record_id OR (t.chain_id = missed.chain_id AND t.record_status = 1))
     RETURNING t.record_id`,
    [
      ...dueParams(nowMs, zones),
      of.present,
      of.absent.map((agent) => agent.agentId),
      of.absent.map((agent) => agent.sinceSeconds),
      of.sinceSeconds,
      of.waitSeconds,
    ],
  );
  return rows.length;
}
