import { z } from 'zod';
import { count, dbid, flag, identifier, label, parsedText, reference, tableName, timeOfDay } from './scalars.js';
import type { RecordField } from '../lists/record-fields.js';

/** The longest varchar(n) that PostgreSQL declares; a longer one would fail when the table is created. */
const LONGEST_TEXT = 10_485_760;

/** `varchar`, `varchar(64)`, `char(1)`, `int`, `float`, `datetime`: the vendor's CfgDataType. */
function parseFieldType(text: string): Omit<RecordField, 'name'> | undefined {
  if (text === 'int' || text === 'float' || text === 'datetime' || text === 'varchar') return { type: text };
  if (text === 'char') return { type: 'char', length: 1 };
  const [, type, digits] = /^(char|varchar)\((\d{1,8})\)$/.exec(text) ?? [];
  const length = Number(digits);
  if (!(length >= 1 && length <= LONGEST_TEXT)) return undefined;
  return { type: type === 'char' ? 'char' : 'varchar', length };
}

const fieldType = () =>
  parsedText('a type: varchar, varchar(64), char(1), int, float or datetime', parseFieldType);

const sqlText = (what: string) => {
  const error = `${what} as SQL text`;
  return z.string({ error }).regex(/\S/, { error });
};

export const callingListSchema = z.strictObject({
  dbid: dbid(),
  name: label('a name'),
  table: tableName(),
  maxAttempts: count(1).prefault(10),
  from: timeOfDay().prefault('00:00'),
  until: timeOfDay().prefault('24:00'),
  customFields: z.record(identifier(), fieldType()).prefault({}),
  allowSimulatedResults: flag().prefault(false),
  filter: z.strictObject({ where: sqlText('a condition'), order: sqlText('an order').optional() }).optional(),
  treatments: z.array(reference('treatment')).prefault([]),
});

export const campaignSchema = z.strictObject({
  dbid: dbid(),
  name: label('a name'),
  description: z.string({ error: 'text' }).prefault(''),
  lists: z
    .array(z.strictObject({ list: reference('calling list'), weight: count().prefault(10) }))
    .prefault([]),
});
