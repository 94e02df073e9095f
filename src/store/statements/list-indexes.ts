import { createHash } from 'node:crypto';
import { tableNameParts } from '../../lists/table-name.js';
import type { Sql } from '../client.js';
import { type ListTable, quoteName } from '../list-table.js';

/** An index without which the gateway would read whole tables, and what for. */
export interface ListIndex {
  readonly name: string;
  readonly statement: string;
  readonly why: string;
}

interface Wanted {
  readonly suffix: string;
  readonly columns: readonly string[];
  readonly where?: string;
  readonly why: string;
  /** Leading fields of whole indexes that serve as well. */
  readonly served: readonly string[];
}

const WANTED: readonly Wanted[] = [
  { suffix: 'record', columns: ['record_id'], served: ['record_id'], why: 'results are written by record_id' },
  { suffix: 'chain', columns: ['chain_id', 'chain_n'], served: ['chain_id'], why: 'chains are taken and ended whole' },
  { suffix: 'ready', columns: ['record_id'], where: 'record_status = 1', served: ['record_status'], why: 'records are retrieved among those that are Ready' },
  {
    suffix: 'personal',
    columns: ['agent_id'],
    where: 'record_status = 1 AND record_type IN (4, 5)',
    served: ['agent_id', 'record_status'],
    why: 'callbacks are looked for by their agent',
  },
  { suffix: 'retrieved', columns: ['app_id'], where: 'record_status = 2', served: ['app_id', 'record_status'], why: 'what is retrieved is put back by app_id' },
];

/** PostgreSQL's longest name; a longer one would be cut, and two could become one. */
const LONGEST_NAME = 63;

function indexName(table: string, suffix: string): string {
  const base = tableNameParts(table).at(-1) ?? table;
  const name = `${base}_${suffix}`;
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  const short = createHash('sha256').update(base).digest('hex').slice(0, 12);
  return `cl_${short}_${suffix}`;
}

/** The indexes that a list's table lacks. A view has none and lacks none: its tables are the operator's. */
export async function missingIndexes(sql: Sql, list: ListTable): Promise<ListIndex[]> {
  const [table] = await sql.query<{ kind: string }>(`SELECT relkind::text AS kind FROM pg_class WHERE oid = to_regclass($1)`, [quoteName(list.table)]);
  if (table?.kind !== 'r' && table?.kind !== 'p') return [];
  const there = await sql.query<{ name: string; leading: string | null; whole: boolean }>(
    `SELECT c.relname::text AS name, a.attname::text AS leading, i.indpred IS NULL AS whole
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
     WHERE i.indrelid = to_regclass($1) AND i.indisvalid`,
    [quoteName(list.table)],
  );
  return WANTED.flatMap(({ suffix, columns, where, why, served }) => {
    const name = indexName(list.table, suffix);
    if (there.some((index) => index.name === name || (index.whole && index.leading !== null && served.includes(index.leading)))) return [];
    const condition = where === undefined ? '' : ` WHERE ${where}`;
    return [{ name, why, statement: `CREATE INDEX ${quoteName(`"${name}"`)} ON ${quoteName(list.table)} (${columns.join(', ')})${condition}` }];
  });
}

export async function createIndex(sql: Sql, index: ListIndex): Promise<void> {
  await sql.query(index.statement);
}
