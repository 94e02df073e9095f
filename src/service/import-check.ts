import type { Sql } from '../store/client.js';
import {
  type ChainedRow,
  markProblems,
  type Problem,
  selectChained,
  selectFirstOfIds,
  selectFirstOfPlaces,
  selectProblems,
  selectStoredIds,
  selectStoredPlaces,
} from '../store/statements/import-rows.js';
import { type ImportContext, pacedStep } from './import-context.js';
import type { RejectedRow } from './import-errors.js';

/** Rows told in one go. */
const BATCH_TOLD = 1000;

/**
 * Finds staged rows that say what an earlier line, or the table, says already: a record_id, a place in a
 * chain, or, of a row that names no chain and so begins one, a chain. They are told, and not moved.
 */
export async function checkStaged(context: ImportContext, lastLine: number): Promise<void> {
  const pace = context.pace();
  for (let from = 0, to = 0; from < lastLine; from = to) {
    to = from + pace.rows;
    const span = [from, to] as const;
    const found = await pacedStep(context, pace, pace.rows, async (sql) => {
      const rejected = await findDuplicates(sql, context, await selectChained(sql, context.importId, ...span));
      if (rejected.length > 0) await markProblems(sql, context.importId, rejected.map(toProblem));
      return rejected;
    });
    for (const row of found) context.reject(row);
  }
}

/** Tells again what an earlier run has marked. */
export async function tellMarked({ client, importId, reject }: ImportContext): Promise<void> {
  for (let from = 0, more = true; more; ) {
    const marked = await selectProblems(client, importId, from, BATCH_TOLD);
    for (const { line, problem } of marked) reject({ line, ...(JSON.parse(problem) as Omit<RejectedRow, 'line'>) });
    from = marked.at(-1)?.line ?? from;
    more = marked.length === BATCH_TOLD;
  }
}

const toProblem = ({ line, ...said }: RejectedRow): Problem => ({ line, problem: JSON.stringify(said) });

async function findDuplicates(sql: Sql, context: ImportContext, rows: readonly ChainedRow[]): Promise<RejectedRow[]> {
  const ids = await duplicateIds(sql, context, rows.filter((row) => row.record_id !== null));
  const wrong = new Set(ids.map(({ line }) => line));
  return [...ids, ...(await duplicatePlaces(sql, context, rows.filter((row) => !wrong.has(row.line))))];
}

async function duplicateIds(sql: Sql, { importId, list }: ImportContext, rows: readonly ChainedRow[]): Promise<RejectedRow[]> {
  if (rows.length === 0) return [];
  const ids = [...new Set(rows.flatMap((row) => row.record_id ?? []))];
  const stored = new Set(await selectStoredIds(sql, list, ids));
  const first = new Map((await selectFirstOfIds(sql, importId, ids)).map((row) => [row.id, row.line]));
  return rows.flatMap(({ line, record_id: id }) => {
    if (id === null) return [];
    const other = stored.has(id) ? null : (first.get(id) ?? line);
    return other === line ? [] : [describe(line, 'record_id', String(id), other)];
  });
}

async function duplicatePlaces(sql: Sql, { importId, list }: ImportContext, rows: readonly ChainedRow[]): Promise<RejectedRow[]> {
  const placed = rows.flatMap(({ line, chain, begins, place }) => (place === null ? [] : [{ line, chain, begins, place }]));
  if (placed.length === 0) return [];
  const taken = new Map<number, Set<number | null>>();
  for (const { chain_id: chain, chain_n: place } of await selectStoredPlaces(sql, list, [...new Set(placed.map((row) => row.chain))])) {
    const places = taken.get(chain);
    if (places === undefined) taken.set(chain, new Set([place]));
    else places.add(place);
  }
  const first = new Map((await selectFirstOfPlaces(sql, importId, placed)).map((row) => [row.of, row.line]));
  return placed.flatMap(({ line, chain, begins, place }, index) => {
    const stored = begins ? taken.has(chain) : taken.get(chain)?.has(place) === true;
    const other = stored ? null : (first.get(index) ?? line);
    if (other === line) return [];
    return [describe(line, begins ? 'chain_id' : 'chain_n', begins ? String(chain) : `${place} in chain ${chain}`, other)];
  });
}

/** `other`: the line of the file that has it; null: the table has it. */
function describe(line: number, field: string, value: string, other: number | null): RejectedRow {
  const where = other === null ? 'the table has already' : `line ${other} has already`;
  return { line, field, message: `found ${value}, which ${where}; expected another` };
}
