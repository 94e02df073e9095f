import type { Sql } from '../client.js';
import { type ListTable, quoteName } from '../list-table.js';
import type { Owner } from '../owner.js';
import { createRowsTable, dropRowsTable, rowsTable } from './import-rows.js';

/** How far the import of a file is. Times in milliseconds. */
export interface ImportRow {
  readonly id: number;
  readonly list_dbid: number;
  /** What an interrupted import is known by; null: nothing. */
  readonly file: string | null;
  readonly started_at: number;
  /** The last line of the file whose row is staged; 0 before the first. */
  readonly staged_line: number;
  /** Staged rows without a record_id. */
  readonly unnumbered: number;
  /** Staged rows that name a record_id or a chain_id. */
  readonly chained: number;
  /** Staged rows that name neither. */
  readonly single: number;
  /** From then on all of its good rows come into the list. */
  readonly accepted_at: number | null;
  readonly last_id: number;
  readonly moved_chain: number;
  readonly moved_line: number;
  /** Rows that are in the list. */
  readonly loaded: number;
  readonly moved_at: number | null;
}

const COLUMNS =
  'id, list_dbid, file, started_at, staged_line, unnumbered, chained, single, accepted_at, last_id, moved_chain, moved_line, loaded, moved_at';

/** Begins an import, with a table for its rows. */
export async function insertImport(sql: Sql, owner: Owner, of: { readonly listDbid: number; readonly file: string | null }, nowMs: number): Promise<ImportRow> {
  const [row] = await sql.query<ImportRow>(
    `INSERT INTO ocm_import (server_dbid, epoch, list_dbid, file, started_at) VALUES ($1, $2, $3, $4, $5) RETURNING ${COLUMNS}`,
    [owner.serverDbid, owner.epoch, of.listDbid, of.file, nowMs],
  );
  if (row === undefined) throw new Error('the import answered no id');
  await createRowsTable(sql, row.id);
  return row;
}

/** The imports of a server, of one list where one is named, in the order in which they began. */
export async function selectImports(sql: Sql, serverDbid: number, listDbid?: number): Promise<ImportRow[]> {
  return sql.query<ImportRow>(`SELECT ${COLUMNS} FROM ocm_import WHERE server_dbid = $1 AND ($2::int IS NULL OR list_dbid = $2) ORDER BY id`, [
    serverDbid,
    listDbid ?? null,
  ]);
}

export async function selectImport(sql: Sql, importId: number): Promise<ImportRow | undefined> {
  const [row] = await sql.query<ImportRow>(`SELECT ${COLUMNS} FROM ocm_import WHERE id = $1`, [importId]);
  return row;
}

/** Takes over what an earlier life has begun. */
export async function adoptImport(sql: Sql, owner: Owner, importId: number): Promise<void> {
  await sql.query('UPDATE ocm_import SET epoch = $2 WHERE id = $1', [importId, owner.epoch]);
}

/** Notes how far the staging is. */
export async function updateStaged(sql: Sql, importId: number, to: Pick<ImportRow, 'staged_line' | 'unnumbered' | 'chained' | 'single'>): Promise<void> {
  await sql.query('UPDATE ocm_import SET staged_line = $2, unnumbered = $3, chained = $4, single = $5 WHERE id = $1', [
    importId,
    to.staged_line,
    to.unnumbered,
    to.chained,
    to.single,
  ]);
}

/** The largest record_id or chain_id that the list has, is given by the file, or is promised to other imports; at least 0. Asked under lockRecordIds. */
export async function selectLastId(sql: Sql, importId: number, list: ListTable): Promise<number> {
  const table = quoteName(list.table);
  const rows = rowsTable(importId);
  const [row] = await sql.query<{ last: number }>(
    `SELECT greatest(0, (SELECT max(record_id) FROM ${table}), (SELECT max(chain_id) FROM ${table}),
              (SELECT max(record_id) FROM ${rows} WHERE record_id IS NOT NULL), (SELECT max(chain) FROM ${rows} WHERE chain IS NOT NULL),
              (SELECT max(reserved_to) FROM ocm_import WHERE list_dbid = $1 AND id <> $2)) AS last`,
    [list.dbid, importId],
  );
  return row?.last ?? 0;
}

/** From the commit on, every good row of the file comes into the list; `unnumbered` ids behind `lastId` are kept for it. */
export async function acceptImport(sql: Sql, importId: number, of: { readonly lastId: number; readonly unnumbered: number }, nowMs: number): Promise<void> {
  await sql.query('UPDATE ocm_import SET accepted_at = $2, last_id = $3, reserved_to = $3::int + $4::int WHERE id = $1', [importId, nowMs, of.lastId, of.unnumbered]);
}

/** Notes how far the move is. */
export async function updateMoved(sql: Sql, importId: number, to: { readonly chain?: number; readonly line?: number; readonly rows: number }): Promise<void> {
  await sql.query(
    'UPDATE ocm_import SET moved_chain = coalesce($2::bigint, moved_chain), moved_line = coalesce($3::int, moved_line), loaded = loaded + $4 WHERE id = $1',
    [importId, to.chain ?? null, to.line ?? null, to.rows],
  );
}

export async function finishImport(sql: Sql, importId: number, nowMs: number): Promise<void> {
  await sql.query('UPDATE ocm_import SET moved_at = $2 WHERE id = $1', [importId, nowMs]);
}

/** Forgets an import and what is staged of it. */
export async function dropImport(sql: Sql, importId: number): Promise<void> {
  await dropRowsTable(sql, importId);
  await sql.query('DELETE FROM ocm_import WHERE id = $1', [importId]);
}

/** Forgets what imports of earlier lives of this server left behind that nobody can go on with: they were not accepted, and have no name. */
export async function deleteOldImports(sql: Sql, owner: Owner): Promise<void> {
  const old = await sql.query<{ id: number }>(
    `SELECT id FROM ocm_import WHERE server_dbid = $1 AND epoch < $2 AND file IS NULL AND (accepted_at IS NULL OR moved_at IS NOT NULL)`,
    [owner.serverDbid, owner.epoch],
  );
  for (const { id } of old) await dropImport(sql, id);
}
