import { CallResult, ContactType, nameOf, RecordStatus, RecordType } from '../../protocol/dictionary/enumerations.js';
import type { FieldType, FieldValue, RecordField } from './record-fields.js';

const INT32_MIN = -2_147_483_648;
const INT32_MAX = 2_147_483_647;
const DAY_SECONDS = 86_400;

interface Range {
  readonly least: number;
  readonly most: number;
}

type Enumeration = Readonly<Record<string, number>>;

const numbersOf = (enumeration: Enumeration): Range => ({
  least: 0,
  most: Math.max(...Object.values(enumeration)),
});

const INT32: Range = { least: INT32_MIN, most: INT32_MAX };
const NOT_NEGATIVE: Range = { least: 0, most: INT32_MAX };
const TIME_OF_DAY: Range = { least: 0, most: DAY_SECONDS };

/** Fields whose numbers have names: both can be read. */
const ENUMERATIONS = new Map<string, Enumeration>([
  ['contact_info_type', ContactType],
  ['record_type', RecordType],
  ['record_status', RecordStatus],
  ['call_result', CallResult],
]);

/** The word for a number of such a field; other fields, and numbers that have none, stay as they are. */
export function wordOf(field: string, value: number): string | number {
  const enumeration = ENUMERATIONS.get(field);
  return (enumeration && nameOf(enumeration, value)) ?? value;
}

/** Fields of the OCS layout that take less than every int. */
const RANGES = new Map<string, Range>([
  ...[...ENUMERATIONS].map(([field, enumeration]): [string, Range] => [field, numbersOf(enumeration)]),
  ['attempt', NOT_NEGATIVE],
  ['dial_sched_time', NOT_NEGATIVE],
  ['call_time', NOT_NEGATIVE],
  ['daily_from', TIME_OF_DAY],
  ['daily_till', TIME_OF_DAY],
]);

/** Nobody has retrieved such a record, so nobody would ever release it. */
const REFUSED = new Map<string, { readonly value: number; readonly name: string }>([
  ['record_status', { value: RecordStatus.Retrieved, name: 'Retrieved' }],
]);

const DEFAULTS = new Map<string, FieldValue>([
  ['contact_info_type', ContactType.NoContactType],
  ['record_type', RecordType.General],
  ['record_status', RecordStatus.Ready],
  ['call_result', CallResult.Unknown],
  ['attempt', 0],
]);

/** What a record has where nothing is said: null, or that without which it could never be dialed. */
export const defaultOf = (field: string): FieldValue => DEFAULTS.get(field) ?? null;

/** A value, or what was expected in its place. */
export type ParsedValue = { readonly value: FieldValue } | { readonly expected: string };
export type ValueParser = (text: string) => ParsedValue;

function intParser(field: string): ValueParser {
  const range = RANGES.get(field) ?? INT32;
  const refused = REFUSED.get(field);
  const except = refused === undefined ? '' : ` other than ${refused.value} (${refused.name})`;
  const names = new Map(Object.entries(ENUMERATIONS.get(field) ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const expected = `an integer from ${range.least} to ${range.most}${names.size === 0 ? '' : ' or its name'}${except}`;
  return (text) => {
    const trimmed = text.trim();
    const value = names.get(trimmed.toLowerCase()) ?? Number(trimmed);
    const valid = (names.has(trimmed.toLowerCase()) || /^[+-]?\d{1,10}$/.test(trimmed)) && value >= range.least && value <= range.most && value !== refused?.value;
    return valid ? { value } : { expected };
  };
}

/** The length of a varchar counts characters; a string counts those outside the basic plane twice. */
function charactersOf(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

function textParser(length: number | undefined): ValueParser {
  return (text) => {
    if (text.includes('\0')) return { expected: 'text without NUL, which the store does not take' };
    const fits = length === undefined || text.length <= length || charactersOf(text) <= length;
    return fits ? { value: text } : { expected: `at most ${length} characters` };
  };
}

const floatParser: ValueParser = (text) => {
  const trimmed = text.trim();
  const valid = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(trimmed) && Number.isFinite(Number(trimmed));
  return valid ? { value: Number(trimmed) } : { expected: 'a number such as 12.5' };
};

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[ T]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?)?$/;

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

const dateParser: ValueParser = (text) => {
  const expected = 'a date such as 2026-03-31 or 2026-03-31 08:30:00';
  const [, year = '', month = '', day = '', hours = '00', minutes = '00', seconds = '00'] = DATE.exec(text.trim()) ?? [];
  const valid = Number(year) > 0 && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1;
  if (!valid || Number(day) > daysIn(Number(year), Number(month))) return { expected };
  return { value: `${year}-${month}-${day} ${hours}:${minutes}:${seconds}` };
};

const PARSERS: Readonly<Record<FieldType, (field: RecordField) => ValueParser>> = {
  int: ({ name }) => intParser(name),
  float: () => floatParser,
  datetime: () => dateParser,
  char: ({ length }) => textParser(length),
  varchar: ({ length }) => textParser(length),
};

/** How a cell that is not empty is read as a value of a field. */
export function valueParser(field: RecordField): ValueParser {
  return PARSERS[field.type](field);
}
