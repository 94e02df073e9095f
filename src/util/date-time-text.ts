import { instantOf } from './time-zone.js';

/** What parseDateTime takes, for messages. */
export const DATE_TIME_FORM = 'a date and time as MM/dd/yyyy HH:mm';

/** Single digits are taken, and seconds too, which are dropped: desktops send both. */
const FORM = /^(\d{1,2})\/(\d{1,2})\/(\d{4})[ T]+(\d{1,2}):(\d{1,2})(?::\d{1,2})?$/;
const INT32_MAX = 0x7fffffff;

/** A day and time of day without a zone, in milliseconds as if it were UTC; undefined for what is none. */
export function parseDateTime(text: string): number | undefined {
  const found = FORM.exec(text.trim());
  if (found === null) return undefined;
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0] = found.slice(1).map(Number);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month) || hour > 23 || minute > 59) return undefined;
  return Date.UTC(year, month - 1, day, hour, minute);
}

/** The same in a zone: seconds since the epoch, as a calling list has it; undefined for what it cannot hold. */
export function secondsOfDateTime(text: string, zone: string): number | undefined {
  const localMs = parseDateTime(text);
  if (localMs === undefined) return undefined;
  const seconds = Math.floor(instantOf(zone, localMs) / 1000);
  return seconds >= 0 && seconds <= INT32_MAX ? seconds : undefined;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
