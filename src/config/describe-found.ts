import type { Path } from './config-error.js';

const SHOWN_CHARACTERS = 60;
const SECRET_KEYS: readonly (string | number | undefined)[] = ['password', 'token'];
/** Keys of addresses, which may hold a password. */
const ADDRESS_KEYS: readonly (string | number | undefined)[] = ['store', 'url'];

/** What stands at a key, for a message: never a secret, never more than a few words. */
export function describeFound(value: unknown, path: Path): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (SECRET_KEYS.includes(path.at(-1))) return `a ${typeof value}`;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return JSON.stringify(value);
  if (value.includes('://') || ADDRESS_KEYS.includes(path.at(-1))) return describeAddress(value);
  return describeText(value);
}

const describeText = (text: string): string => JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text);

/** An address that is wrong has its password anywhere before the last @, or in a parameter: only what cannot be one is shown. */
function describeAddress(text: string): string {
  if (/^pglite:[^@]*$/.test(text)) return describeText(text);
  const parts = /^([a-z][a-z\d+.-]*:(?:\/\/)?)[^?=\s]*@([\w.:[\]/-]+)$/i.exec(text);
  return parts === null ? 'a string' : describeText(`${parts[1]}****@${parts[2]}`);
}

/** The value at a path of parsed YAML, or undefined. */
export function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}
