import { type RecordField, sqlType } from '../lists/record-fields.js';
import { tableNameParts } from '../lists/table-name.js';

/** A calling list as SQL needs it: its table and the rules by which its rows are due. */
export interface ListTable {
  readonly dbid: number;
  readonly name: string;
  /** The table as the configuration names it, perhaps with its schema. */
  readonly table: string;
  readonly maxAttempts: number;
  /** Daily window of rows without one of their own, in seconds since midnight. */
  readonly fromSeconds: number;
  readonly untilSeconds: number;
  /** The operator's SQL; trusted. */
  readonly filter?: { readonly where: string; readonly order?: string };
  readonly customFields: readonly RecordField[];
  /** The do-not-call table, where one is configured. */
  readonly doNotCall?: string;
}

/** A time zone of the configuration and its local time at the moment of asking. */
export interface ZoneTime {
  readonly dbid: number;
  readonly secondOfDay: number;
}

/** Quotes a name, or `schema.table`, for SQL. Folded to lower case, as an unquoted name would be, where it is not in quotes itself. */
export function quoteName(name: string): string {
  return tableNameParts(name)
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}

/** The custom field that says whose record a row is, where the list has one: the do-not-call list can name customers. */
export function customerIdField(list: ListTable): string | undefined {
  return list.customFields.find(({ name }) => name.toLowerCase() === 'customer_id')?.name;
}

/** Assignments, each with a comma in front, that set those custom fields of row `t` which the JSON object `fields` has. */
export function setCustomFields(list: ListTable, fields: string): string {
  return list.customFields
    .map((field) => {
      const column = quoteName(field.name);
      return `, ${column} = CASE WHEN ${fields} ? '${field.name}' THEN (${fields} ->> '${field.name}')::${sqlType(field)} ELSE t.${column} END`;
    })
    .join('');
}

/** The custom fields of row `alias` as one JSON object. Blanks that only fill a char(n) up are not part of its value. */
export function customFieldsJson(list: ListTable, alias: string): string {
  const pairs = list.customFields.map(({ name, type }) => {
    const column = `${alias}.${quoteName(name)}`;
    return `'${name}', ${type === 'char' || type === 'varchar' ? `${column}::text` : column}`;
  });
  return `jsonb_build_object(${pairs.join(', ')})`;
}
