import type { Sql } from '../client.js';
import { type ListTable, quoteName } from '../list-table.js';
import { BEFORE_ALL } from '../record-row.js';

/** Rows looked at in one go: what agents do waits that long for the store. */
const BATCH = 4000;

/** Some rows of a list, by status; final is every status but Ready and Retrieved. */
export interface StatusCounts {
  readonly ready: number;
  readonly retrieved: number;
  readonly final: number;
}

const COUNTS = `count(*) FILTER (WHERE record_status = 1) AS ready,
                count(*) FILTER (WHERE record_status = 2) AS retrieved,
                count(*) FILTER (WHERE coalesce(record_status, 0) NOT IN (1, 2)) AS final`;

/** All rows of a list, without a look at what is due (see accountOf), in parts to be added up, step by step: between two of them the store serves others. */
export async function* countStatuses(sql: Sql, list: ListTable): AsyncGenerator<StatusCounts> {
  const table = quoteName(list.table);
  yield* await sql.query<StatusCounts>(`SELECT ${COUNTS} FROM ${table} WHERE record_id IS NULL`, []);
  for (let after: number | null = BEFORE_ALL; after !== null; ) {
    const rows: (StatusCounts & { readonly last: number | null })[] = await sql.query(
      `SELECT ${COUNTS}, max(record_id) AS last
       FROM (SELECT record_status, record_id FROM ${table} WHERE record_id > $1::bigint ORDER BY record_id LIMIT ${BATCH}) rows`,
      [after],
    );
    yield* rows;
    const [{ ready, retrieved, final, last } = { ready: 0, retrieved: 0, final: 0, last: null }] = rows;
    after = ready + retrieved + final < BATCH ? null : last;
  }
}
