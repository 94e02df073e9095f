import { type FieldType, type RecordField, recordColumns, sqlType } from '../../lists/record-fields.js';
import type { Sql } from '../client.js';
import { type ListTable, quoteName } from '../list-table.js';

/** Why a table cannot be a calling list's. */
export interface TableProblem {
  readonly table: string;
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

export function describeProblem({ table, field, found, expected }: TableProblem): string {
  return `table ${table}, field ${field}: found ${found}, expected ${expected}`;
}

interface Column {
  readonly name: string;
  /** The base type of a domain. */
  readonly type: string;
  /** With its length, as a person reads it. */
  readonly text: string;
  /** Characters, of a type that has a limit. */
  readonly length: number | null;
  /** Digits behind the point, of numeric(n, m). */
  readonly scale: number | null;
  readonly must: boolean;
  readonly computed: boolean;
}

/** Types that hold what a field does: those of the vendor's scripts for several databases, and what operators make of them. */
const TYPES: Readonly<Record<FieldType, { readonly types: readonly string[]; readonly words: string }>> = {
  int: { types: ['int4', 'int2', 'int8', 'numeric'], words: 'integer, smallint, bigint or numeric without fractions' },
  float: { types: ['float8', 'float4', 'numeric', 'int4', 'int2', 'int8'], words: 'double precision, real or numeric' },
  char: { types: ['varchar', 'bpchar', 'text'], words: 'char, varchar or text' },
  varchar: { types: ['varchar', 'bpchar', 'text'], words: 'varchar, char or text' },
  datetime: { types: ['timestamp', 'timestamptz', 'date'], words: 'timestamp or date' },
};

/** Fields that are emptied when a record is Ready again: a table that refuses that would keep it. */
const EMPTIED: ReadonlySet<string> = new Set(['campaign_id', 'group_id', 'app_id', 'treatments']);
/** What the gateway writes by itself, in characters: a result that does not fit would be lost. */
const WRITTEN: ReadonlyMap<string, number> = new Map([['treatments', 48]]);

/**
 * What keeps a table (or view) that somebody made from being this list's: fields that are missing or cannot hold
 * what they have to. Their order, further fields, and the case of unquoted names do not matter. `agentIdLength` is that of the
 * longest agent id. A table that is not there has no problem.
 */
export async function checkTable(sql: Sql, list: ListTable, agentIdLength: number): Promise<TableProblem[]> {
  const columns = await selectColumns(sql, list);
  if (columns.length === 0) return [];
  const byName = new Map(columns.map((column) => [column.name, column]));
  return recordColumns(list.customFields).flatMap((field) => {
    const least = field.name === 'agent_id' ? agentIdLength : (WRITTEN.get(field.name) ?? 0);
    const wrong = problemOf(field, byName.get(field.name.toLowerCase()), least) ?? '';
    if (wrong === '') return [];
    const found = wrong === 'none' ? foundInstead(field.name, columns) : wrong;
    return [{ table: list.table, field: field.name, found, expected: expectedOf(field, least) }];
  });
}

/** What is wrong with a column, as `found`; undefined: nothing. */
function problemOf(field: RecordField, column: Column | undefined, least: number): string | undefined {
  if (column === undefined) return 'none';
  const fits = TYPES[field.type].types.includes(column.type) && !(field.type === 'int' && column.type === 'numeric' && (column.scale ?? 0) > 0);
  if (!fits || (column.length !== null && column.length < least)) return column.text;
  if (column.must && EMPTIED.has(field.name)) return `${column.text} NOT NULL`;
  if (column.computed) return `${column.text} that the database computes`;
  return undefined;
}

function expectedOf(field: RecordField, least: number): string {
  const length = least > 0 ? ` of ${least} characters or more` : '';
  const empty = EMPTIED.has(field.name) ? ', which may be null' : '';
  return `${sqlType(field)} (or ${TYPES[field.type].words})${length}${empty}`;
}

/** A name in quotes keeps its case, and is another name to SQL. */
function foundInstead(name: string, columns: readonly Column[]): string {
  const other = columns.find((column) => column.name.toLowerCase() === name.toLowerCase());
  return other === undefined ? 'no such field' : `only "${other.name}", which was made in quotes and so is another name`;
}

async function selectColumns(sql: Sql, list: ListTable): Promise<Column[]> {
  return sql.query<Column>(
    `SELECT a.attname::text AS name, base.typname::text AS type, format_type(a.atttypid, a.atttypmod) AS text,
            CASE WHEN base.typname IN ('varchar', 'bpchar') AND coalesce(nullif(a.atttypmod, -1), t.typtypmod) > 4
                 THEN coalesce(nullif(a.atttypmod, -1), t.typtypmod) - 4 END AS length,
            CASE WHEN base.typname = 'numeric' THEN CASE WHEN a.atttypmod < 4 THEN 0 ELSE (a.atttypmod - 4) & 2047 END END AS scale,
            a.attnotnull AS must, a.attgenerated <> '' AS computed
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type base ON base.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
     WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [quoteName(list.table)],
  );
}

