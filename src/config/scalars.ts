import { z } from 'zod';

/*
 * The kinds of single values that a configuration holds. The `error` of each is what a message says
 * after "expected"; what was found and where is added in schema-problem.ts.
 */

/** Larger delays wrap in the system's timers and fire at once: a time-out of 25 days would be none. */
const LONGEST_DURATION_MS = 2_147_483_647;
const DAY_SECONDS = 86_400;
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const UNIT_BYTES: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };
const INT32_MAX = 2_147_483_647;

/** Text that `parse` turns into a value; undefined is refused. */
export function parsedText<T>(expected: string, parse: (text: string) => T | undefined) {
  return z.string({ error: expected }).transform((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

export function integer(minimum: number, maximum: number) {
  const error = `an integer from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
}

/** DBIDs travel as the wire's int; 0 means "none" in requests and events. */
export const dbid = () => integer(1, INT32_MAX);

/** How many of something: 0 or more, or `minimum` or more. */
export function count(minimum = 0) {
  const error = `an integer, ${minimum} or more`;
  return z.int({ error }).min(minimum, { error }).max(INT32_MAX, { error });
}

export const flag = () => z.boolean({ error: 'true or false' });

/** A name that is shown in logs and messages: no control characters, so that it cannot forge a line. */
export function label(what: string, maxLength = 255) {
  const error = `${what}: text of 1 to ${maxLength} printable characters (numbers in quotes)`;
  return z.string({ error }).max(maxLength, { error }).regex(/^\P{Cc}*[^\p{Cc}\s]\P{Cc}*$/u, { error });
}

export function choice<const T extends readonly [string, ...string[]]>(names: T) {
  return z.enum(names, { error: `one of ${names.join(', ')}` });
}

/** `20ms`, `10s`, `5m`, `24h` to milliseconds. */
export function duration(minimumMs = 0) {
  const least = minimumMs > 0 ? 'more than 0' : '0s or more';
  return parsedText(`a duration such as 20ms, 10s, 5m or 24h, ${least}, less than 25 days`, (text) => {
    const [, digits, unit] = /^(\d{1,12})(ms|s|m|h)$/.exec(text) ?? [];
    const ms = Number(digits) * (UNIT_MS[unit ?? ''] ?? Number.NaN);
    return ms >= minimumMs && ms <= LONGEST_DURATION_MS ? ms : undefined;
  });
}

/** `64KiB`, `1MiB` or a plain number of bytes to bytes. */
export function bytes(minimum: number, maximum: number) {
  const expected = `a size such as 64KiB or 1MiB, from ${minimum} to ${maximum} bytes`;
  return z.union([z.int(), z.string()], { error: expected }).transform((given, context): number => {
    const [, digits, unit] = /^(\d{1,15})(B|KiB|MiB|GiB)$/.exec(typeof given === 'number' ? `${given}B` : given) ?? [];
    const size = Number(digits) * (UNIT_BYTES[unit ?? ''] ?? Number.NaN);
    if (size >= minimum && size <= maximum) return size;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

/** `"08:00"` to seconds since midnight; `"24:00"` is the end of the day. */
export const timeOfDay = () =>
  parsedText('a time of day in quotes, from "00:00" to "24:00"', (text) => {
    const [, hours, minutes] = /^(\d\d):([0-5]\d)$/.exec(text) ?? [];
    const seconds = Number(hours) * 3600 + Number(minutes) * 60;
    return seconds <= DAY_SECONDS ? seconds : undefined;
  });

/** Plain SQL identifiers only: names of tables and fields become part of statements. 63 is PostgreSQL's limit. */
const IDENTIFIER = '[A-Za-z_][A-Za-z0-9_]{0,62}';
/** In quotes a name keeps its case, and may have any printable character but a quote. */
const TABLE_PART = `(?:${IDENTIFIER}|"[^"\\p{Cc}]{1,63}")`;
const PLAIN = 'letters, digits and _, not starting with a digit, at most 63 characters';

export const identifier = () => {
  const error = `a plain SQL name (${PLAIN})`;
  return z.string({ error }).regex(new RegExp(`^${IDENTIFIER}$`), { error });
};

export const tableName = () => {
  const error = `a plain SQL table name, or schema.table (${PLAIN}), or in double quotes as it is written there`;
  return z.string({ error }).regex(new RegExp(`^(${TABLE_PART}\\.)?${TABLE_PART}$`, 'u'), { error });
};

/** A reference to another object: its name (text) or its DBID (a number). */
export const reference = (what: string) =>
  z.union([z.string(), z.int()], { error: `the name or DBID of a ${what}` });
