import { createHash } from 'node:crypto';
import { tableNameParts } from '../lists/table-name.js';
import type { Sql } from './client.js';
import { candidateIndexes } from './due-candidates.js';
import { type ListTable, quoteName } from './list-table.js';

/** An index that statements about a calling list stand on. */
export interface ListIndex {
  readonly name: string;
  /** As CREATE INDEX takes them, without parentheses. */
  readonly columns: string;
  readonly where?: string;
  /** Used instead where the database refuses the list's filter in an index (it must not depend on the time, say). */
  readonly plain?: { readonly columns: string; readonly where: string };
  /** An index of anybody's that begins with these columns and has no predicate does as well. */
  readonly orAnyOn?: readonly string[];
  /** What is slow without it. */
  readonly why: string;
}

/** Longest name of PostgreSQL, without what we put behind a table's. */
const TABLE_NAME_LENGTH = 40;

/** The indexes that a list's table needs. Those that hold rules of the list change their name with them. */
export function neededIndexes(list: ListTable): ListIndex[] {
  const table = (tableNameParts(list.table).at(-1) ?? list.table).slice(0, TABLE_NAME_LENGTH);
  const { filter: _filter, ...withoutFilter } = list;
  const plain = candidateIndexes(withoutFilter);
  const due = candidateIndexes(list).map(({ suffix, columns, where }): ListIndex => {
    const rules = createHash('sha256').update(`${columns} ${where}`).digest('hex').slice(0, 8);
    const without = list.filter === undefined ? undefined : plain.find((one) => one.suffix === suffix);
    return { name: `${table}_${suffix}_${rules}`, columns, where, ...(without && { plain: without }), why: 'retrieval and the check for completion pass what is not due' };
  });
  return [
    { name: `${table}_record`, columns: 'record_id', orAnyOn: ['record_id'], why: 'results are written by record_id' },
    { name: `${table}_chain`, columns: 'chain_id, chain_n', orAnyOn: ['chain_id'], why: 'chains are taken and ended as a whole' },
    ...due,
    { name: `${table}_personal`, columns: 'agent_id', where: 'record_status = 1 AND record_type IN (4, 5)', why: 'personal callbacks are looked for by agent' },
    { name: `${table}_retrieved`, columns: 'app_id', where: 'record_status = 2', why: 'what a session had retrieved is found again' },
  ];
}

/** Those of the needed indexes that a list's table does not have. A view has none and lacks none: its tables are the operator's. */
export async function missingIndexes(sql: Sql, list: ListTable): Promise<ListIndex[]> {
  const [table] = await sql.query<{ kind: string }>('SELECT relkind::text AS kind FROM pg_class WHERE oid = to_regclass($1)', [quoteName(list.table)]);
  if (table?.kind !== 'r' && table?.kind !== 'p') return [];
  const present = await sql.query<{ name: string; leads: string[] | null }>(
    `SELECT c.relname::text AS name,
       CASE WHEN i.indpred IS NULL THEN (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(i.indkey::int[]) WITH ORDINALITY AS k(number, place)
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number) END AS leads
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1) AND i.indisvalid`,
    [quoteName(list.table)],
  );
  return neededIndexes(list).filter(({ name, orAnyOn }) => {
    const does = present.some((one) => one.name === name || (orAnyOn !== undefined && orAnyOn.every((column, place) => one.leads?.[place] === column)));
    return !does;
  });
}

/** The statement that makes an index. */
export function createIndex(list: ListTable, { name, columns, where }: Pick<ListIndex, 'name' | 'columns' | 'where'>): string {
  return `CREATE INDEX ${quoteName(`"${name}"`)} ON ${quoteName(list.table)} (${columns})${where === undefined ? '' : ` WHERE ${where}`}`;
}

/** Makes an index; without the list's filter in it where the database refuses that. */
export async function makeIndex(sql: Sql, list: ListTable, index: ListIndex): Promise<void> {
  const { name, plain } = index;
  if (plain === undefined) await sql.query(createIndex(list, index));
  else await sql.query(`DO $ocm$ BEGIN ${createIndex(list, index)}; EXCEPTION WHEN OTHERS THEN ${createIndex(list, { name, ...plain })}; END $ocm$`);
}
