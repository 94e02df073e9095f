import { recordColumns, sqlType } from '../../lists/record-fields.js';
import type { FieldValue } from '../../lists/record-fields.js';
import type { Sql } from '../client.js';
import { type ListTable, quoteName } from '../list-table.js';

/** Rows on their way into a calling list: staged, checked against each other and the table, moved. Every import has a table of its own, so that dropping it costs nothing. */

export interface StagedRow {
  /** In the file, from 1. */
  readonly line: number;
  readonly recordId: number | null;
  /** Of the rows without a record_id the how-many-th it is, from 1; null: it has one. */
  readonly nth: number | null;
  /** The chain it is in; null: one of its own. */
  readonly chain: number | null;
  /** Whether it names no chain, and so begins one. */
  readonly begins: boolean;
  /** Its place in the chain; null: the next. */
  readonly place: number | null;
  /** The values of every column of the list, in their order. */
  readonly values: readonly FieldValue[];
}

/** A staged row that can meet others: it names a record_id or a chain_id. */
export interface ChainedRow {
  readonly line: number;
  readonly record_id: number | null;
  readonly chain: number;
  readonly begins: boolean;
  readonly place: number | null;
}

/** A row that is not taken; the account is JSON text of the caller's. */
export interface Problem {
  readonly line: number;
  readonly problem: string;
}

/** The table in which the rows of an import wait. */
export const rowsTable = (importId: number): string => quoteName(`ocm_import_rows_${importId}`);

/** Logged, unlike what is staged elsewhere: it has to outlive a crash. */
export async function createRowsTable(sql: Sql, importId: number): Promise<void> {
  const table = rowsTable(importId);
  await sql.query(
    `CREATE TABLE ${table} (
       line integer PRIMARY KEY, record_id integer, nth integer, chain integer, begins boolean NOT NULL, place integer, problem text, fields text[] NOT NULL
     ) WITH (autovacuum_enabled = false)`,
  );
  await sql.query(`CREATE INDEX ON ${table} (record_id, line) WHERE record_id IS NOT NULL`);
  await sql.query(`CREATE INDEX ON ${table} (chain, place, line) WHERE chain IS NOT NULL`);
}

export async function dropRowsTable(sql: Sql, importId: number): Promise<void> {
  await sql.query(`DROP TABLE IF EXISTS ${rowsTable(importId)}`);
}

/** Text of a PostgreSQL array: a fraction of what the same values take as JSON. */
function arrayText(values: readonly FieldValue[]): string {
  const elements = values.map((value) => (value === null ? 'NULL' : `"${String(value).replaceAll(/["\\]/g, String.raw`\$&`)}"`));
  return `{${elements.join(',')}}`;
}

export async function insertImportRows(sql: Sql, importId: number, rows: readonly StagedRow[]): Promise<void> {
  await sql.query(
    `INSERT INTO ${rowsTable(importId)} (line, record_id, nth, chain, begins, place, fields)
     SELECT line, record_id, nth, chain, begins, place, fields::text[]
     FROM unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::boolean[], $6::int[], $7::text[]) AS given(line, record_id, nth, chain, begins, place, fields)`,
    [
      rows.map((row) => row.line),
      rows.map((row) => row.recordId),
      rows.map((row) => row.nth),
      rows.map((row) => row.chain),
      rows.map((row) => row.begins),
      rows.map((row) => row.place),
      rows.map((row) => arrayText(row.values)),
    ],
  );
}

/** Rows between two lines (the first not counted) that can meet others and have no problem yet. */
export async function selectChained(sql: Sql, importId: number, from: number, to: number): Promise<ChainedRow[]> {
  return sql.query<ChainedRow>(
    `SELECT line, record_id, chain, begins, place FROM ${rowsTable(importId)}
     WHERE line > $1 AND line <= $2 AND chain IS NOT NULL AND problem IS NULL ORDER BY line`,
    [from, to],
  );
}

/** The first line that gives each of these record ids. */
export async function selectFirstOfIds(sql: Sql, importId: number, ids: readonly number[]): Promise<{ readonly id: number; readonly line: number }[]> {
  return sql.query(
    `SELECT id, (SELECT s.line FROM ${rowsTable(importId)} s WHERE s.record_id = id ORDER BY s.line LIMIT 1) AS line FROM unnest($1::int[]) AS given(id)`,
    [ids],
  );
}

/** The first line that has each of these places of chains; `of` says which of them it is about. */
export async function selectFirstOfPlaces(
  sql: Sql,
  importId: number,
  places: readonly { readonly chain: number; readonly place: number }[],
): Promise<{ readonly of: number; readonly line: number }[]> {
  return sql.query(
    `SELECT given.at AS of, (
       SELECT s.line FROM ${rowsTable(importId)} s WHERE s.chain = given.in_chain AND s.place = given.at_place ORDER BY s.line LIMIT 1
     ) AS line
     FROM unnest($1::int[], $2::int[], $3::int[]) AS given(at, in_chain, at_place)`,
    [places.map((_place, index) => index), places.map((one) => one.chain), places.map((one) => one.place)],
  );
}

/** Which of these record ids the list has already. */
export async function selectStoredIds(sql: Sql, list: ListTable, ids: readonly number[]): Promise<number[]> {
  const rows = await sql.query<{ record_id: number }>(`SELECT record_id FROM ${quoteName(list.table)} WHERE record_id = ANY($1::int[])`, [ids]);
  return rows.map((row) => row.record_id);
}

/** The places that the list has already in these chains. */
export async function selectStoredPlaces(sql: Sql, list: ListTable, chains: readonly number[]): Promise<{ readonly chain_id: number; readonly chain_n: number | null }[]> {
  return sql.query(`SELECT chain_id, chain_n FROM ${quoteName(list.table)} WHERE chain_id = ANY($1::int[])`, [chains]);
}

/** Marks rows that are not taken. */
export async function markProblems(sql: Sql, importId: number, problems: readonly Problem[]): Promise<void> {
  await sql.query(
    `UPDATE ${rowsTable(importId)} s SET problem = given.said FROM unnest($1::int[], $2::text[]) AS given(at, said) WHERE s.line = given.at`,
    [problems.map((one) => one.line), problems.map((one) => one.problem)],
  );
}

/** Rows that were marked, from a line on. */
export async function selectProblems(sql: Sql, importId: number, from: number, limit: number): Promise<Problem[]> {
  return sql.query<Problem>(`SELECT line, problem FROM ${rowsTable(importId)} WHERE line > $1 AND problem IS NOT NULL ORDER BY line LIMIT $2`, [from, limit]);
}

/** The last of the next `limit` rows that name a chain behind `from`; undefined: there is none. */
export async function selectNextChain(sql: Sql, importId: number, from: number, limit: number): Promise<number | undefined> {
  const [row] = await sql.query<{ upto: number | null }>(
    `SELECT max(chain) AS upto FROM (
       SELECT chain FROM ${rowsTable(importId)} WHERE chain IS NOT NULL AND chain > $1::bigint ORDER BY chain LIMIT $2
     ) next`,
    [from, limit],
  );
  return row?.upto ?? undefined;
}

/** Which rows are moved: whole chains (the first number not counted), or those that name none between two lines. */
export type Span = { readonly chains: readonly [from: number, to: number] } | { readonly lines: readonly [from: number, to: number] };

/**
 * Copies good rows into the list; answers how many. Rows without a record_id are numbered behind
 * `lastId`; without a chain a row begins one of its own id; without a place it is the next of its chain.
 */
export async function moveRows(sql: Sql, importId: number, list: ListTable, lastId: number, span: Span): Promise<number> {
  const table = quoteName(list.table);
  const columns = recordColumns(list.customFields);
  const computed: Readonly<Record<string, string>> = { record_id: 'id', chain_id: 'coalesce(chain, id)', chain_n: 'coalesce(place, next, 0)' };
  const values = columns.map((field, index) => computed[field.name] ?? `fields[${index + 1}]::${sqlType(field)}`);
  const into = `INSERT INTO ${table} (${columns.map(({ name }) => quoteName(name)).join(', ')})`;
  const id = 'coalesce(s.record_id, $1::int + s.nth) AS id';
  if ('lines' in span) {
    const [from, to] = span.lines;
    const rows = await sql.query(
      `${into} SELECT ${values.join(', ')} FROM (
         SELECT s.fields, s.line, s.chain, s.place, NULL::int AS next, ${id} FROM ${rowsTable(importId)} s
         WHERE s.line > $2 AND s.line <= $3 AND s.chain IS NULL AND s.problem IS NULL
       ) placed ORDER BY line RETURNING 1`,
      [lastId, from, to],
    );
    return rows.length;
  }
  const [from, to] = span.chains;
  const open = await sql.query<{ chain: number }>(
    `SELECT DISTINCT chain FROM ${rowsTable(importId)} WHERE chain > $1::bigint AND chain <= $2::bigint AND place IS NULL AND problem IS NULL`,
    [from, to],
  );
  const ends = open.length === 0 ? [] : await selectEnds(sql, list, open.map((row) => row.chain));
  const rows = await sql.query(
    `${into} SELECT ${values.join(', ')} FROM (
       SELECT s.fields, s.line, s.chain, s.place, ${id},
              greatest(coalesce(max(s.place) OVER (PARTITION BY s.chain), -1), coalesce(stored.last_place, -1))
                + row_number() OVER (PARTITION BY s.chain, s.place IS NULL ORDER BY s.line) AS next
       FROM ${rowsTable(importId)} s LEFT JOIN unnest($4::int[], $5::int[]) AS stored(of_chain, last_place) ON stored.of_chain = s.chain
       WHERE s.chain > $2::bigint AND s.chain <= $3::bigint AND s.problem IS NULL
     ) placed ORDER BY line RETURNING 1`,
    [lastId, from, to, ends.map((end) => end.chain_id), ends.map((end) => end.last)],
  );
  return rows.length;
}

/**
 * Tells the planner how large the list has become and that chains are short: without it, it takes them for long, and reads
 * the whole table for each. From few rows, for agents wait.
 */
export async function analyzeList(sql: Sql, list: ListTable): Promise<void> {
  await sql.query('SET LOCAL default_statistics_target = 1', []);
  await sql.query(`ANALYZE ${quoteName(list.table)}`, []);
}

/** The last place of each of these chains that the list has. */
async function selectEnds(sql: Sql, list: ListTable, chains: readonly number[]): Promise<{ readonly chain_id: number; readonly last: number | null }[]> {
  return sql.query(
    `SELECT chain_id, max(chain_n) AS last FROM ${quoteName(list.table)} WHERE chain_id = ANY($1::int[]) GROUP BY chain_id`,
    [chains],
  );
}
