import type { Sql } from '../client.js';
import { type ListTable, quoteName, setCustomFields } from '../list-table.js';

/** What is written into the row of a record that stays in hand. */
export interface ReportedRow {
  readonly recordId: number;
  readonly agentId: string | null;
  /** Null leaves what the row has. */
  readonly callResult: number | null;
  /** Seconds since the epoch. */
  readonly callTimeSeconds: number | null;
  /** Attempts to add. */
  readonly attempts: number;
  readonly customFields: Readonly<Record<string, string | number | null>>;
}

/** Writes what was reported of records in hand; only rows that this server holds. */
export async function writeReportedRows(sql: Sql, list: ListTable, appId: number, rows: readonly ReportedRow[]): Promise<void> {
  await sql.query(
    `UPDATE ${quoteName(list.table)} t
     SET call_result = coalesce(told.result, t.call_result), agent_id = coalesce(told.agent, t.agent_id),
         call_time = coalesce(told.at, t.call_time), attempt = coalesce(t.attempt, 0) + told.attempts${setCustomFields(list, 'told.fields')}
     FROM (
       SELECT id, result, agent, at, attempts, fields::jsonb AS fields
       FROM unnest($2::int[], $3::int[], $4::text[], $5::int[], $6::int[], $7::text[]) AS given(id, result, agent, at, attempts, fields)
     ) told
     WHERE t.record_id = told.id AND t.record_status = 2 AND t.app_id = $1`,
    [
      appId,
      rows.map((row) => row.recordId),
      rows.map((row) => row.callResult),
      rows.map((row) => row.agentId),
      rows.map((row) => row.callTimeSeconds),
      rows.map((row) => row.attempts),
      rows.map((row) => JSON.stringify(row.customFields)),
    ],
    { prepared: true },
  );
}
