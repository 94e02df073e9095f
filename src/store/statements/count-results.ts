import type { Sql } from '../client.js';
import { type ListTable, quoteName } from '../list-table.js';

/** Records of a list whose calls ended alike. */
export interface ResultCount {
  readonly callResult: number | null;
  readonly recordStatus: number | null;
  /** Of each of the records. */
  readonly attempts: number;
  readonly records: number;
}

/** Counts the rows of a list by call_result, record_status and attempt; most of a kind first. */
export async function countResults(sql: Sql, list: Pick<ListTable, 'table'>): Promise<ResultCount[]> {
  return sql.query<ResultCount>(
    `SELECT call_result AS "callResult", record_status AS "recordStatus", coalesce(attempt, 0) AS attempts, count(*) AS records
     FROM ${quoteName(list.table)}
     GROUP BY 1, 2, 3
     ORDER BY records DESC, call_result, attempts`,
    [],
  );
}
