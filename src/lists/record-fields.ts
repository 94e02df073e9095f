/** Kinds of a calling list's field: the vendor's CfgDataType, by name. */
export type FieldType = 'int' | 'float' | 'char' | 'varchar' | 'datetime';

/** What a cell or column of a record holds; datetime as `YYYY-MM-DD HH:MM:SS` without a zone. */
export type FieldValue = string | number | null;

export interface RecordField {
  /** A plain SQL identifier. */
  readonly name: string;
  readonly type: FieldType;
  /** Characters, for char and varchar; a varchar without it has no limit. */
  readonly length?: number;
}

/**
 * The fields that every calling list has, in the layout of OCS, so that an existing table works as
 * it is. The vendor publishes the types up to campaign_id and the 128 of contact_info; the types
 * behind that follow the SQL that its logs show, and the other lengths are our own.
 */
export const RECORD_FIELDS = [
  { name: 'record_id', type: 'int' },
  { name: 'contact_info', type: 'varchar', length: 128 },
  { name: 'contact_info_type', type: 'int' },
  { name: 'record_type', type: 'int' },
  { name: 'record_status', type: 'int' },
  { name: 'call_result', type: 'int' },
  { name: 'attempt', type: 'int' },
  { name: 'dial_sched_time', type: 'int' },
  { name: 'call_time', type: 'int' },
  { name: 'daily_from', type: 'int' },
  { name: 'daily_till', type: 'int' },
  { name: 'tz_dbid', type: 'int' },
  { name: 'campaign_id', type: 'int' },
  { name: 'agent_id', type: 'varchar', length: 64 },
  { name: 'chain_id', type: 'int' },
  { name: 'chain_n', type: 'int' },
  { name: 'group_id', type: 'int' },
  { name: 'app_id', type: 'int' },
  { name: 'treatments', type: 'varchar', length: 255 },
  { name: 'media_ref', type: 'int' },
  { name: 'email_subject', type: 'varchar', length: 255 },
  { name: 'email_template_id', type: 'int' },
  { name: 'switch_id', type: 'int' },
] as const satisfies readonly RecordField[];

export type RecordFieldName = (typeof RECORD_FIELDS)[number]['name'];

/** Longest agent id that the agent_id column takes. A longer one could not be written beside a result. */
export const AGENT_ID_LENGTH = RECORD_FIELDS.find((field) => field.name === 'agent_id')?.length ?? 0;

/** Every column of a list: the OCS layout, then its custom fields in their order. */
export function recordColumns(customFields: readonly RecordField[]): readonly RecordField[] {
  return [...RECORD_FIELDS, ...customFields];
}

const SQL_TYPES: Readonly<Record<FieldType, string>> = {
  int: 'integer',
  float: 'double precision',
  char: 'char',
  varchar: 'varchar',
  datetime: 'timestamp',
};

/** The PostgreSQL type of a field, as a created table declares it. */
export function sqlType({ type, length }: RecordField): string {
  return length === undefined ? SQL_TYPES[type] : `${SQL_TYPES[type]}(${length})`;
}
