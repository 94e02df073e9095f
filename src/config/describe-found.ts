import type { Path } from './config-error.js';

const SHOWN_CHARACTERS = 60;
const SECRET_KEYS: readonly (string | number | undefined)[] = ['password', 'token'];

/** What stands at a key, for a message: never a secret, never more than a few words. */
export function describeFound(value: unknown, path: Path): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (SECRET_KEYS.includes(path.at(-1))) return `a ${typeof value}`;
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return JSON.stringify(value);
  const safe = value.replace(/\/\/[^/]*@/, '//****@');
  return JSON.stringify(safe.length > SHOWN_CHARACTERS ? `${safe.slice(0, SHOWN_CHARACTERS)}...` : safe);
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
