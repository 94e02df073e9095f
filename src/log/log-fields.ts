/** What a log line says beside its message. */
export type LogFields = Readonly<Record<string, unknown>>;

const SECRET = /pass(word|phrase)?$|secret|token|credential/i;

/** Control characters would let a client that names itself `x\nerror ...` forge a line. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Failures that the system foresees carry a code; of all others the stack is the only trace. */
function describeError(error: Error): string {
  const code = 'code' in error ? String(error.code) : undefined;
  return code === undefined ? (error.stack ?? error.message) : `${code}: ${error.message}`;
}

function describeObject(value: object): string {
  try {
    return JSON.stringify(value, (key, item: unknown) => {
      if (key !== '' && SECRET.test(key)) return '****';
      return typeof item === 'bigint' ? String(item) : item;
    });
  } catch (error) {
    return `unprintable: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
  if (value instanceof Error) return JSON.stringify(describeError(value));
  if (typeof value === 'object' && value !== null) return describeObject(value);
  return String(value);
}

/** ` key=value key="two words"`, or nothing. Values of keys that name a secret are `****`. */
export function describeFields(fields: LogFields | undefined): string {
  if (fields === undefined) return '';
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${SECRET.test(key) ? '****' : describe(value)}`)
    .join('');
}
