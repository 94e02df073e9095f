import { InvalidArgumentError } from 'commander';
import { duration } from '../config/scalars.js';

/*
 * The kinds of values that options take. The text of an InvalidArgumentError stands behind the name of
 * its option, and ends the program with the usage line.
 */

const INT32_MIN = -0x80000000;
const INT32_MAX = 0x7fffffff;
const LARGEST_PORT = 65_535;
const SERVER = /^(?:\[([^\]\s]+)\]|([^:[\]\s]+)):(\d{1,5})$/;

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** `HOST:PORT`; an IPv6 address stands in brackets. */
export function parseServer(text: string): ServerAddress {
  const [, bracketed, plain, port] = SERVER.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) < 1 || Number(port) > LARGEST_PORT) throw new InvalidArgumentError('Expected HOST:PORT.');
  return { host, port: Number(port) };
}

/** An int32, as the wire takes it. */
export function parseInteger(text: string): number {
  const number = Number(text);
  if (!/^-?\d{1,10}$/.test(text) || number < INT32_MIN || number > INT32_MAX) throw new InvalidArgumentError('Expected an integer.');
  return number;
}

/** The number of a campaign, a group or a campaign group. */
export function parseDbid(text: string): number {
  const number = parseInteger(text);
  if (number < 1) throw new InvalidArgumentError('Expected a DBID, 1 or more.');
  return number;
}

/** `20ms`, `10s`, `5m` as milliseconds; more than 0. */
export function parseDuration(text: string): number {
  const ms = durationOf(text);
  if (ms === undefined) throw new InvalidArgumentError('Expected a duration such as 500ms, 10s or 5m.');
  return ms;
}

/** As `parseDuration`; undefined for text that is none. */
export function durationOf(text: string): number | undefined {
  return duration(1).safeParse(text).data;
}

/** The number of an enumeration's member, by its name in upper or lower case, or by the number itself. */
export function parseMember(enumeration: Readonly<Record<string, number>>): (text: string) => number {
  return (text) => {
    const number = memberOf(enumeration, text);
    if (number === undefined) throw new InvalidArgumentError(`Expected a number, or one of ${Object.keys(enumeration).join(', ')}.`);
    return number;
  };
}

/** As `parseMember`; undefined for text that is neither. A number need not be a member's: whoever is asked says so. */
export function memberOf(enumeration: Readonly<Record<string, number>>, text: string): number | undefined {
  const [, number] = Object.entries(enumeration).find(([name]) => name.toLowerCase() === text.toLowerCase()) ?? [];
  return number ?? (/^\d{1,9}$/.test(text) ? Number(text) : undefined);
}
