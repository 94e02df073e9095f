import { findValue, type KeyName, keys, type KvList, numberOf, textOf, UserEventError, type Value } from '../../protocol/index.js';

/** What is wrong with a request's user data, as tevents.md numbers it. The key is named in the message. */
export class UserDataError extends Error {
  readonly number: number;

  constructor(number: keyof typeof UserEventError, message: string) {
    super(message);
    this.name = 'UserDataError';
    this.number = UserEventError[number];
  }
}

const INTEGER = /^[+-]?\d{1,10}$/;
const INT32_MIN = -0x80000000;
const INT32_MAX = 0x7fffffff;

/**
 * The user data of a request, read as leniently as real desktops need: integers may come as decimal
 * text, members of enumerations by name or number, text as string or wstring.
 */
export class UserData {
  constructor(readonly list: KvList) {}

  has(key: KeyName): boolean {
    return findValue(this.list, key) !== undefined;
  }

  /** Text, or an integer as text; undefined where absent. */
  text(key: KeyName): string | undefined {
    const value = findValue(this.list, key);
    if (value === undefined) return undefined;
    const text = value.type === 'int' || value.type === 'long' ? String(value.value) : textOf(value);
    if (text !== undefined) return text;
    throw new UserDataError('BadValue', `${key} is ${describe(value)}; it takes text`);
  }

  requiredText(key: KeyName): string {
    return this.text(key) ?? this.#missing(key);
  }

  /** An int32; undefined where absent. */
  integer(key: KeyName): number | undefined {
    const value = findValue(this.list, key);
    if (value === undefined) return undefined;
    const number = asInteger(value);
    if (number === undefined) throw new UserDataError('BadValue', `${key} is ${describe(value)}; it takes an integer`);
    return number;
  }

  requiredInteger(key: KeyName): number {
    return this.integer(key) ?? this.#missing(key);
  }

  /** A member of an enumeration, by name or number; undefined where absent. */
  member(key: KeyName, enumeration: Readonly<Record<string, number>>): number | undefined {
    const value = findValue(this.list, key);
    if (value === undefined) return undefined;
    const number = numberOf(enumeration, textOf(value) ?? '') ?? asInteger(value);
    if (number !== undefined && Object.values(enumeration).includes(number)) return number;
    throw new UserDataError('BadValue', `${key} is ${describe(value)}; it takes one of ${Object.keys(enumeration).join(', ')}, or its number`);
  }

  /** One of some words, in whatever case; undefined where absent. */
  choice<Word extends string>(key: KeyName, words: readonly Word[]): Word | undefined {
    const value = findValue(this.list, key);
    if (value === undefined) return undefined;
    const text = textOf(value)?.trim().toLowerCase();
    const word = words.find((one) => one.toLowerCase() === text);
    if (word !== undefined) return word;
    throw new UserDataError('BadValue', `${key} is ${describe(value)}; it takes one of ${words.join(', ')}`);
  }

  #missing(key: KeyName): never {
    throw new UserDataError('MissingKey', `${key} is missing`);
  }
}

/** An int32 of an int, a long or decimal text. */
function asInteger(value: Value): number | undefined {
  if (value.type === 'int') return value.value;
  const text = value.type === 'long' ? String(value.value) : (textOf(value) ?? '');
  const number = Number(text);
  return INTEGER.test(text) && number >= INT32_MIN && number <= INT32_MAX ? number : undefined;
}

/** A value in words, short enough for an error message. */
export function describe(value: Value): string {
  const text = textOf(value);
  if (text !== undefined) return text.length > 40 ? `'${text.slice(0, 40)}...'` : `'${text}'`;
  return value.type === 'int' || value.type === 'long' || value.type === 'float' ? String(value.value) : `of type ${value.type}`;
}

/** The echo of GSW_REFERENCE_ID, in the type in which it came. */
export function echoOf(data: KvList): KvList {
  const value = findValue(data, keys.GSW_REFERENCE_ID);
  return value === undefined ? [] : [{ key: keys.GSW_REFERENCE_ID, value }];
}
