import { recordColumns, sqlType } from '../../lists/record-fields.js';
import type { FieldValue } from '../../lists/record-fields.js';
import type { Sql } from '../client.js';
import { type ListTable, quoteName } from '../list-table.js';
import type { Owner } from '../owner.js';

/** Rows on their way into a calling list: staged, checked against each other and the table, moved. */

export interface StagedRow {
  /** In the file, from 1. */
  readonly line: number;
  readonly recordId: number | null;
  readonly chainId: number | null;
  readonly chainN: number | null;
  /** The values of every column of the list, in their order. */
  readonly values: readonly FieldValue[];
}

/** A staged row that says what another row says already. */
export interface Duplicate {
  readonly line: number;
  readonly field: string;
  readonly value: string;
  /** The line of the file that has it; null: the table has it. */
  readonly other: number | null;
}

/** Rows looked at, or deleted, in one go. */
const BATCH = 5000;

/** Begins an import and answers its id. */
export async function insertImport(sql: Sql, owner: Owner, listDbid: number, nowMs: number): Promise<number> {
  const [row] = await sql.query<{ id: number }>(
    'INSERT INTO ocm_import (server_dbid, epoch, list_dbid, started_at) VALUES ($1, $2, $3, $4) RETURNING id',
    [owner.serverDbid, owner.epoch, listDbid, nowMs],
  );
  if (row === undefined) throw new Error('the import answered no id');
  return row.id;
}

export async function insertImportRows(sql: Sql, importId: number, rows: readonly StagedRow[]): Promise<void> {
  await sql.query(
    `INSERT INTO ocm_import_row (import_id, line, record_id, chain_id, chain_n, fields)
     SELECT $1, line, record_id, chain_id, chain_n, fields::jsonb
     FROM unnest($2::int[], $3::int[], $4::int[], $5::int[], $6::text[]) AS given(line, record_id, chain_id, chain_n, fields)`,
    [
      importId,
      rows.map((row) => row.line),
      rows.map((row) => row.recordId),
      rows.map((row) => row.chainId),
      rows.map((row) => row.chainN),
      rows.map((row) => JSON.stringify(row.values)),
    ],
  );
}

/** Staged rows whose record_id an earlier line or the table has already; the first of them, by line. */
export async function selectDuplicateIds(sql: Sql, importId: number, list: ListTable): Promise<Duplicate[]> {
  return sql.query<Duplicate>(
    `SELECT line, 'record_id' AS field, record_id::text AS value, CASE WHEN stored THEN NULL ELSE first END AS other
     FROM (
       SELECT line, record_id, min(line) OVER (PARTITION BY record_id) AS first,
              EXISTS (SELECT 1 FROM ${quoteName(list.table)} t WHERE t.record_id = s.record_id) AS stored
       FROM ocm_import_row s WHERE import_id = $1 AND record_id IS NOT NULL
     ) given
     WHERE stored OR line > first
     ORDER BY line LIMIT ${BATCH}`,
    [importId],
  );
}

/**
 * Staged rows whose place in their chain an earlier line or the table has already; the first of them,
 * by line. A row that names no chain begins one, so it may not meet a chain that the table has.
 */
export async function selectDuplicatePlaces(sql: Sql, importId: number, list: ListTable): Promise<Duplicate[]> {
  const table = quoteName(list.table);
  return sql.query<Duplicate>(
    `SELECT line, CASE WHEN begins THEN 'chain_id' ELSE 'chain_n' END AS field,
            CASE WHEN begins THEN chain::text ELSE place || ' in chain ' || chain END AS value,
            CASE WHEN stored THEN NULL ELSE first END AS other
     FROM (
       SELECT line, chain, place, begins, min(line) OVER (PARTITION BY chain, place) AS first,
              -- two questions, each of equalities only: the table may lack our index, and then they are hashed
              CASE WHEN begins THEN EXISTS (SELECT 1 FROM ${table} t WHERE t.chain_id = s.chain)
                   ELSE EXISTS (SELECT 1 FROM ${table} t WHERE t.chain_id = s.chain AND t.chain_n = s.place) END AS stored
       FROM (${PLACED}) s
       WHERE chain IS NOT NULL AND place IS NOT NULL
     ) given
     WHERE stored OR line > first
     ORDER BY line LIMIT ${BATCH}`,
    [importId],
  );
}

/** Staged rows with the chain they are in (null: one of their own) and their place in it (null: the next). */
const PLACED = `SELECT line, record_id, fields, coalesce(chain_id, record_id) AS chain, chain_id IS NULL AS begins,
    coalesce(chain_n, CASE WHEN chain_id IS NULL THEN 0 END) AS place
  FROM ocm_import_row WHERE import_id = $1`;

export async function deleteImportLines(sql: Sql, importId: number, lines: readonly number[]): Promise<void> {
  await sql.query('DELETE FROM ocm_import_row WHERE import_id = $1 AND line = ANY($2::int[])', [importId, lines]);
}

export interface IdRange {
  /** How many rows are staged. */
  readonly rows: number;
  /** How many of them need a record_id. */
  readonly without: number;
  /** The largest record_id or chain_id in the table or staged; at least 0. */
  readonly last: number;
}

export async function selectIdRange(sql: Sql, importId: number, list: ListTable): Promise<IdRange> {
  const [row] = await sql.query<IdRange>(
    `SELECT count(*) AS rows, count(*) FILTER (WHERE record_id IS NULL) AS without,
            greatest(0, max(record_id), max(chain_id),
              (SELECT max(record_id) FROM ${quoteName(list.table)}), (SELECT max(chain_id) FROM ${quoteName(list.table)})) AS last
     FROM ocm_import_row WHERE import_id = $1`,
    [importId],
  );
  return row ?? { rows: 0, without: 0, last: 0 };
}

/**
 * Copies what is staged into the list. Rows without a record_id get those behind `last`, in the order of
 * their lines; without a chain_id a row begins a chain of its own id; without a chain_n it is the next of
 * its chain.
 */
export async function moveImportRows(sql: Sql, importId: number, list: ListTable, last: number): Promise<void> {
  const table = quoteName(list.table);
  const columns = recordColumns(list.customFields);
  const computed: Readonly<Record<string, string>> = {
    record_id: 'id',
    chain_id: 'coalesce(chain, id)',
    chain_n: 'coalesce(place, next)',
  };
  const values = columns.map((field, index) => computed[field.name] ?? `(fields ->> ${index})::${sqlType(field)}`);
  await sql.query(
    `INSERT INTO ${table} (${columns.map(({ name }) => quoteName(name)).join(', ')})
     SELECT ${values.join(', ')}
     FROM (
       SELECT fields, chain, place, line,
              coalesce(record_id, $2::int + row_number() OVER (PARTITION BY record_id IS NULL ORDER BY line))::int AS id,
              greatest(coalesce(max(place) OVER (PARTITION BY chain), -1), coalesce(stored.place_stored, -1))
                + row_number() OVER (PARTITION BY chain, place IS NULL ORDER BY line) AS next
       FROM (${PLACED}) s
       LEFT JOIN (
         SELECT t.chain_id AS chain_stored, max(t.chain_n) AS place_stored FROM ${table} t
         WHERE t.chain_id IN (SELECT chain_id FROM ocm_import_row WHERE import_id = $1 AND chain_id IS NOT NULL AND chain_n IS NULL)
         GROUP BY t.chain_id
       ) stored ON stored.chain_stored = s.chain
     ) placed
     ORDER BY line`,
    [importId, last],
  );
}

/** Deletes some of an import's rows, and answers whether more are left: one statement for all would hold the store. */
export async function deleteSomeImportRows(sql: Sql, importId: number): Promise<boolean> {
  const gone = await sql.query(
    `DELETE FROM ocm_import_row
     WHERE import_id = $1 AND line IN (SELECT line FROM ocm_import_row WHERE import_id = $1 ORDER BY line LIMIT ${BATCH}) RETURNING 1`,
    [importId],
  );
  return gone.length === BATCH;
}

export async function deleteImport(sql: Sql, importId: number): Promise<void> {
  await sql.query('DELETE FROM ocm_import WHERE id = $1', [importId]);
}

/** Deletes what imports of earlier lives of this server left behind. */
export async function deleteOldImports(sql: Sql, owner: Owner): Promise<void> {
  const ours = [owner.serverDbid, owner.epoch];
  await sql.query('DELETE FROM ocm_import_row WHERE import_id IN (SELECT id FROM ocm_import WHERE server_dbid = $1 AND epoch < $2)', ours);
  await sql.query('DELETE FROM ocm_import WHERE server_dbid = $1 AND epoch < $2', ours);
}
